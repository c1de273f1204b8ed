# SPDX-License-Identifier: GPL-3.0-or-later
"""Artists go on working while a preview is on the screen: nothing of that is lost, whatever brings the mesh back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def preview(room: Callable[[str], Any]) -> Any:
    return room("blender.living_preview")


@pytest.fixture
def follow(room: Callable[[str], Any]) -> Any:
    return room("blender.living_follow")


@pytest.fixture
def smaller(cube: Any, room: Callable[[str], Any]) -> Any:
    """Arrays of half a cube."""
    return room("blender.mesh_arrays").MeshArrays(cube.vertices * np.float32(0.5), cube.triangles, cube.colours)


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_undo_into_a_preview_that_was_being_edited_leaves_the_object(
    bpy: Any, living: Any, preview: Any, smaller: Any, mode: str
) -> None:
    bpy.ops.ed.undo_push(message="before")
    preview.show(living.data, smaller)
    bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
    bpy.ops.ed.undo()
    thing = bpy.data.objects["cup"]
    assert (thing.data.name, thing.mode) == ("cup", mode)
    assert preview.previews() == []
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(thing.data.vertices) == 8


def test_back_while_the_preview_is_edited_leaves_the_object(bpy: Any, living: Any, preview: Any, smaller: Any) -> None:
    mesh = living.data
    preview.show(mesh, smaller)
    bpy.ops.object.mode_set(mode="EDIT")
    assert bpy.ops.triposr.preview_back() == {"FINISHED"}
    assert (bpy.data.objects["cup"].data, living.mode) == (mesh, "EDIT")
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_scale_that_is_applied_to_a_preview_is_applied_to_the_mesh(
    bpy: Any, living: Any, preview: Any, smaller: Any, tmp_path: Path
) -> None:
    mesh = living.data
    before = np.array([vertex.co[:] for vertex in mesh.vertices])
    preview.show(mesh, smaller)
    living.scale, living.location = (2.0, 3.0, 4.0), (1.0, 0.0, 0.0)
    bpy.ops.object.transform_apply(location=True, scale=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"), copy=True)
    assert living.data == mesh
    expected = before * (2.0, 3.0, 4.0) + (1.0, 0.0, 0.0)
    np.testing.assert_allclose([vertex.co[:] for vertex in mesh.vertices], expected, atol=1e-5)
    assert not preview.put_back(mesh)


def test_what_a_preview_was_joined_to_is_not_lost(
    bpy: Any, living: Any, preview: Any, follow: Any, smaller: Any, room: Callable[[str], Any]
) -> None:
    preview.show(living.data, smaller)
    assert not follow.leave_what_is_left(bpy.context)
    bpy.ops.mesh.primitive_plane_add()
    living.select_set(True)
    bpy.context.view_layer.objects.active = living
    bpy.ops.object.join()
    assert follow.leave_what_is_left(bpy.context)
    assert preview.previews() == []
    assert len(bpy.data.objects["cup"].data.vertices) == 8 + 4
    assert room("blender.living_object").why_no_field(bpy.context) == ""


def test_a_material_that_a_preview_was_given_stays(bpy: Any, living: Any, preview: Any, smaller: Any) -> None:
    mesh, red = living.data, bpy.data.materials.new("red")
    preview.show(mesh, smaller)
    living.material_slots[0].material = red
    preview.put_back(mesh)
    assert living.data == mesh
    assert [slot.material for slot in living.material_slots] == [red]


def test_a_render_from_a_script_shows_the_mesh(bpy: Any, living: Any, preview: Any, smaller: Any) -> None:
    scene, mesh, seen = bpy.context.scene, living.data, []
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x = scene.render.resolution_y = 8
    preview.show(mesh, smaller)

    def look(_scene: Any, depsgraph: Any) -> None:
        seen.append(depsgraph.id_eval_get(living).data.name if depsgraph else living.data.name)

    bpy.app.handlers.render_pre.append(look)
    try:
        bpy.ops.render.render()
    finally:
        bpy.app.handlers.render_pre.remove(look)
    assert seen == ["cup"]
    assert preview.real_mesh(living.data) == mesh != living.data
