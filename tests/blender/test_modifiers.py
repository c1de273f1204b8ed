# SPDX-License-Identifier: GPL-3.0-or-later
"""The Decimate modifier keeps the asked-for share, and the colours with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


def ball(bpy: Any, arrays: Any) -> Any:
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=5)
    made = bpy.context.object.data
    vertices = np.empty(len(made.vertices) * 3, np.float32)
    made.vertices.foreach_get("co", vertices)
    triangles = np.empty(len(made.polygons) * 3, np.int32)
    made.polygons.foreach_get("vertices", triangles)
    red = np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(made.vertices), 1))
    return arrays.MeshArrays(vertices.reshape(-1, 3), triangles.reshape(-1, 3), red)


@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.1])
def test_the_share_of_triangles_is_kept_with_their_colours(bpy: Any, room: Callable[[str], Any], ratio: float) -> None:
    arrays = ball(bpy, room("blender.mesh_arrays"))
    new = room("blender.mesh_object").object_from_arrays("ball", arrays, ratio)
    bpy.context.scene.collection.objects.link(new)
    decimated = new.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    assert len(decimated.polygons) == pytest.approx(len(arrays.triangles) * ratio, rel=0.02)
    colours = np.empty(len(decimated.vertices) * 4, np.float32)
    decimated.color_attributes["Color"].data.foreach_get("color_srgb", colours)
    np.testing.assert_allclose(
        colours.reshape(-1, 4), np.tile([1, 0, 0, 1], (len(decimated.vertices), 1)), atol=1 / 255
    )


def test_in_a_window_a_large_mesh_is_decimated_when_the_artist_asks(room: Callable[[str], Any]) -> None:
    modifiers = room("blender.modifiers")
    most = modifiers.MOST_TRIANGLES_AT_ONCE
    assert modifiers.shows_at_once(most, 0.5, windowless=False)
    assert not modifiers.shows_at_once(most + 1, 0.5, windowless=False)
    assert modifiers.shows_at_once(most + 1, 0.5, windowless=True)
    assert modifiers.shows_at_once(10 * most, 1.0, windowless=False)


def test_a_modifier_that_waits_is_named_in_the_panels_sentence(room: Callable[[str], Any], cube: Any) -> None:
    new = room("blender.mesh_object").object_from_arrays("box", cube, 0.5)
    waiting = room("blender.modifiers").waiting_modifiers
    assert waiting(new) == ""
    new.modifiers["Decimate"].show_viewport = False
    assert "Decimate is off in the 3D View" in waiting(new)
    assert new.modifiers["Decimate"].show_render


def test_a_mesh_that_grew_large_lets_its_decimate_wait_in_a_window(room: Callable[[str], Any], cube: Any) -> None:
    modifiers, new = room("blender.modifiers"), room("blender.mesh_object").object_from_arrays("box", cube, 0.5)
    decimate, most = new.modifiers["Decimate"], modifiers.MOST_TRIANGLES_AT_ONCE
    modifiers.let_decimate_wait(new, 5)
    assert decimate.show_viewport, "nobody waits without a window"
    modifiers.let_decimate_wait(new, 5, windowless=False)
    assert decimate.show_viewport, "it is small"
    new.data = grid(new.data, most)
    modifiers.let_decimate_wait(new, most + 1, windowless=False)
    assert decimate.show_viewport, "it was large before: the artist has switched it on"
    modifiers.let_decimate_wait(new, 5, windowless=False)
    assert not decimate.show_viewport


def grid(mesh: Any, most: int) -> Any:
    """The mesh with more faces than `most`."""
    mesh.clear_geometry()
    mesh.vertices.add(3)
    mesh.loops.add(3 * (most + 1))
    mesh.loops.foreach_set("vertex_index", [0, 1, 2] * (most + 1))
    mesh.polygons.add(most + 1)
    mesh.polygons.foreach_set("loop_start", range(0, 3 * (most + 1), 3))
    return mesh
