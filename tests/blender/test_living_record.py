# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh knows where its field lies, even after the artist has applied a scale or moved its origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def record(room: Callable[[str], Any]) -> Any:
    return room("blender.living_record")


def corners(mesh: Any) -> Any:
    return np.array([vertex.co[:] for vertex in mesh.vertices], np.float64)


def assert_the_field_lies_under_the_mesh(record: Any, mesh: Any, cube: Any) -> None:
    placed = record.moved(cube.vertices.astype(np.float64), record.placement_now(mesh))
    np.testing.assert_allclose(placed, corners(mesh), atol=1e-5)


def test_what_is_written_is_read(living: Any, record: Any, room: Callable[[str], Any]) -> None:
    settings = room("protocol").SurfaceSettings(resolution=96, threshold=12.5)
    told = record.LivingRecord(np.diag([2.0, 2.0, 2.0, 1.0]), settings, "ab" * 32)
    record.write_record(living.data, told)
    read = record.record_or_none(living.data)
    np.testing.assert_array_equal(read.placement, told.placement)
    assert (read.settings, read.field) == (settings, "ab" * 32)


def test_other_meshes_have_none(bpy: Any, living: Any, record: Any) -> None:
    assert record.record_or_none(bpy.data.meshes.new("plain")) is None
    stored = living.data["triposr_living"].to_dict()
    living.data["triposr_living"] = {"placement": [1.0, 2.0]}
    assert record.record_or_none(living.data) is None
    living.data["triposr_living"] = {**stored, "anchors": [9000]}
    assert record.record_or_none(living.data) is None
    for broken in ({"threshold": float("nan")}, {"resolution": 1e300}, {"smoothing": "many"}, "none", 7):
        living.data["triposr_living"] = {**stored, "settings": broken}
        assert record.record_or_none(living.data) is None
    living.data["triposr_living"] = {**stored, "balance": [1.0]}
    assert record.record_or_none(living.data) is None
    living.data["triposr_living"] = "broken"
    assert record.record_or_none(living.data) is None


def test_settings_of_another_version_are_read_as_far_as_they_are_known(living: Any, record: Any) -> None:
    stored = living.data["triposr_living"]
    stored["settings"] = {"threshold": 12, "mood": "blue"}
    assert record.record_or_none(living.data).settings.threshold == 12.0
    assert record.record_or_none(living.data).settings.resolution == 256


def test_it_lies_under_a_new_mesh(living: Any, record: Any, cube: Any) -> None:
    assert_the_field_lies_under_the_mesh(record, living.data, cube)


def test_it_follows_an_applied_transform(bpy: Any, living: Any, record: Any, cube: Any) -> None:
    living.scale, living.rotation_euler, living.location = (3.0, 1.0, 0.5), (0.3, 0.2, 1.0), (5.0, -2.0, 1.0)
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    assert living.scale[:] == (1.0, 1.0, 1.0)
    assert_the_field_lies_under_the_mesh(record, living.data, cube)


def test_it_follows_a_moved_origin(bpy: Any, living: Any, record: Any, cube: Any) -> None:
    bpy.ops.object.origin_set(type="ORIGIN_GEOMETRY", center="BOUNDS")
    assert corners(living.data)[:, 2].min() == pytest.approx(-1.0)
    assert_the_field_lies_under_the_mesh(record, living.data, cube)


def test_a_mesh_shaped_by_hand_keeps_its_place(living: Any, record: Any, cube: Any) -> None:
    before = record.placement_now(living.data)
    living.data.vertices[3].co.x += 0.5
    np.testing.assert_array_equal(record.placement_now(living.data), before)


def test_a_mesh_of_other_vertices_keeps_its_place(living: Any, record: Any) -> None:
    before = record.placement_now(living.data)
    living.data.clear_geometry()
    living.data.vertices.add(5)
    np.testing.assert_array_equal(record.placement_now(living.data), before)


def test_a_new_mesh_is_not_shaped_by_hand(living: Any, record: Any) -> None:
    assert not record.is_shaped_by_hand(living.data)


def test_a_transform_that_is_applied_is_not_work_by_hand(bpy: Any, record: Any, living: Any) -> None:
    living.scale, living.rotation_euler, living.location = (3.0, 1.0, 0.5), (0.3, 0.2, 1.0), (50.0, -20.0, 1.0)
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    assert not record.is_shaped_by_hand(living.data)


@pytest.mark.parametrize("vertex", range(8))
def test_one_vertex_that_moved_is_work_by_hand(living: Any, record: Any, vertex: int) -> None:
    living.data.vertices[vertex].co.z += 0.001
    assert record.is_shaped_by_hand(living.data)


def test_one_of_many_vertices_is_noticed_too(bpy: Any, living: Any, record: Any) -> None:
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=200, y_subdivisions=200)
    grid = bpy.context.object.data
    places = np.random.default_rng(1).uniform(-1.0, 1.0, 3 * len(grid.vertices)).astype(np.float32)
    grid.vertices.foreach_set("co", places)
    record.write_record(grid, record.record_or_none(living.data))
    bpy.context.object.location, bpy.context.object.rotation_euler = (30.0, 10.0, -5.0), (1.0, 2.0, 3.0)
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    assert not record.is_shaped_by_hand(grid)
    grid.vertices[12345].co.y += 0.1
    assert record.is_shaped_by_hand(grid)


def test_other_vertices_or_faces_are_work_by_hand(bpy: Any, living: Any, record: Any) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.tris_convert_to_quads()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(living.data.vertices) == 8
    assert record.is_shaped_by_hand(living.data)
    living.data.clear_geometry()
    assert record.is_shaped_by_hand(living.data)
