# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrays arrive in Blender's mesh as they are, colours and all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def mesh(room: Callable[[str], Any], cube: Any) -> Any:
    return room("blender.mesh_object").mesh_from_arrays("box", cube)


def read(collection: Any, field: str, width: int, kind: type) -> np.ndarray[Any, Any]:
    values: np.ndarray[Any, Any] = np.empty(len(collection) * width, kind)
    collection.foreach_get(field, values)
    return values.reshape(-1, width)


def test_vertices_and_triangles_equal_the_arrays(mesh: Any, cube: Any) -> None:
    np.testing.assert_array_equal(read(mesh.vertices, "co", 3, np.float32), cube.vertices)
    np.testing.assert_array_equal(read(mesh.polygons, "vertices", 3, np.int32), cube.triangles)


def test_blender_finds_nothing_to_mend(mesh: Any) -> None:
    assert mesh.validate(verbose=True) is False
    assert len(mesh.edges) == 18


def test_triangles_face_outwards(mesh: Any, cube: Any) -> None:
    middle = cube.vertices.mean(axis=0)
    for face in mesh.polygons:
        assert np.dot(np.array(face.center) - middle, np.array(face.normal)) > 0


def test_every_face_is_smooth(mesh: Any) -> None:
    assert all(face.use_smooth for face in mesh.polygons)


def test_colours_are_the_pictures_own_to_one_step_of_a_byte(mesh: Any, cube: Any) -> None:
    layer = mesh.color_attributes["Color"]
    assert (layer.data_type, layer.domain) == ("BYTE_COLOR", "POINT")
    stored = read(layer.data, "color_srgb", 4, np.float32)
    np.testing.assert_allclose(stored[:, :3], cube.colours, atol=1 / 255)
    np.testing.assert_array_equal(stored[:, 3], 1.0)


def test_the_colours_are_shown_and_rendered(mesh: Any) -> None:
    assert mesh.color_attributes.active_color.name == "Color"
    assert mesh.color_attributes[mesh.color_attributes.render_color_index].name == "Color"


def test_an_object_carries_material_and_modifier(bpy: Any, room: Callable[[str], Any], cube: Any) -> None:
    new = room("blender.mesh_object").object_from_arrays("box", cube, 0.25)
    assert (new.name, new.data.name, new.active_material.name) == ("box", "box", "box")
    assert [(modifier.type, modifier.name) for modifier in new.modifiers] == [("DECIMATE", "Decimate")]
    assert new.users_collection == ()


def test_a_large_mesh_keeps_every_index(room: Callable[[str], Any]) -> None:
    count = 70_000  # more than 16 bits hold
    generator = np.random.default_rng(7)
    vertices = generator.normal(size=(count, 3)).astype(np.float32)
    triangles = np.stack([np.arange(count), np.roll(np.arange(count), 1), np.roll(np.arange(count), 5)], 1)
    arrays = room("blender.mesh_arrays").MeshArrays(vertices, triangles.astype(np.int32), np.abs(vertices) % 1)
    mesh = room("blender.mesh_object").mesh_from_arrays("many", arrays)
    np.testing.assert_array_equal(read(mesh.polygons, "vertices", 3, np.int32), triangles)
    np.testing.assert_array_equal(read(mesh.vertices, "co", 3, np.float32), vertices)
