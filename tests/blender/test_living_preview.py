# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview is seen in a mesh's place, and the mesh comes back exactly: by Back, by undo, in a saved file."""

from __future__ import annotations

import time
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


def test_it_is_seen_on_all_objects_and_the_mesh_stays_untouched(
    bpy: Any, living: Any, preview: Any, smaller: Any
) -> None:
    mesh, twin = living.data, living.copy()
    twin.shape_key_add(name="Basis")
    living.vertex_groups.new(name="top").add([4, 5], 0.5, "REPLACE")
    bpy.context.scene.collection.objects.link(twin)
    preview.show(mesh, smaller)
    assert living.data == twin.data != mesh
    assert preview.real_mesh(living.data) == mesh
    assert living.material_slots[0].material == mesh.materials[0]
    assert mesh.users > 0
    preview.show(mesh, smaller)
    assert len(preview.previews()) == 1
    assert preview.put_back(mesh)
    assert living.data == twin.data == mesh
    assert mesh.shape_keys is not None
    assert living.vertex_groups["top"].weight(4) == 0.5
    assert preview.previews() == []
    assert not preview.put_back(mesh)


def test_a_duplicate_that_was_made_meanwhile_gets_a_mesh_of_its_own(
    bpy: Any, living: Any, preview: Any, smaller: Any
) -> None:
    mesh = living.data
    preview.show(mesh, smaller)
    bpy.ops.object.duplicate()
    duplicate = bpy.context.object
    assert duplicate != living
    preview.put_all_back()
    assert living.data == mesh
    assert duplicate.data != mesh
    assert [vertex.co for vertex in duplicate.data.vertices] == [vertex.co for vertex in mesh.vertices]


def test_a_saved_file_has_the_mesh_and_the_window_the_preview(
    bpy: Any, living: Any, preview: Any, smaller: Any, tmp_path: Path
) -> None:
    mesh = living.data
    preview.show(mesh, smaller)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"), copy=True)
    assert preview.real_mesh(living.data) == mesh != living.data
    with bpy.data.libraries.load(str(tmp_path / "scene.blend")) as (there, _here):
        assert there.meshes == ["cup"]


def test_a_preview_in_a_file_that_blender_saved_by_itself_is_put_back(
    bpy: Any, living: Any, preview: Any, smaller: Any, tmp_path: Path
) -> None:
    preview.show(living.data, smaller)
    without_us = list(bpy.app.handlers.save_pre)
    bpy.app.handlers.save_pre.clear()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"), copy=True)
    bpy.app.handlers.save_pre.extend(without_us)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert bpy.data.objects["cup"].data.name == "cup"
    assert preview.previews() == []


def test_undo_goes_between_real_meshes(bpy: Any, living: Any, preview: Any, smaller: Any, session: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.context.window_manager.triposr_living.threshold = 3.0
    preview.show(living.data, smaller)
    living.location.x = 5.0
    bpy.ops.ed.undo_push(message="moved, in a preview")
    bpy.data.objects["cup"].location.x = 7.0
    bpy.ops.ed.undo_push(message="moved again")
    bpy.ops.ed.undo()
    thing = bpy.data.objects["cup"]
    assert (thing.location.x, thing.data.name) == (5.0, "cup")
    assert preview.previews() == []
    assert session.shaping.wishes == {}
    bpy.ops.ed.undo()
    assert (bpy.data.objects["cup"].location.x, bpy.data.objects["cup"].data.name) == (0.0, "cup")


def test_it_is_put_back_when_another_object_becomes_active(
    bpy: Any, living: Any, preview: Any, follow: Any, smaller: Any
) -> None:
    mesh = living.data
    preview.show(mesh, smaller)
    assert not follow.leave_what_is_left(bpy.context)
    other = bpy.data.objects.new("other", None)
    bpy.context.scene.collection.objects.link(other)
    bpy.context.view_layer.objects.active = other
    assert follow.leave_what_is_left(bpy.context)
    assert living.data == mesh


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_who_begins_to_edit_it_edits_the_mesh(
    bpy: Any, living: Any, preview: Any, follow: Any, smaller: Any, mode: str
) -> None:
    mesh = living.data
    bpy.ops.ed.undo_push(message="a window has one from the start")
    preview.show(mesh, smaller)
    bpy.ops.object.mode_set(mode=mode)
    assert follow.leave_what_is_left(bpy.context)
    assert (living.data, living.mode) == (mesh, mode)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(mesh.vertices) == 8


def test_another_file_ends_what_was_ordered(
    bpy: Any, living: Any, session: Any, box_worker: Any, room: Callable[[str], Any]
) -> None:
    order = room("blender.living_questions").order_mesh(session, living.data)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert session.shaping.orders == {}
    assert session.field_view(order.job) is None


def test_switching_the_extension_off_leaves_no_preview(
    bpy: Any, living: Any, preview: Any, smaller: Any, room: Callable[[str], Any]
) -> None:
    mesh = living.data
    preview.show(mesh, smaller)
    handlers = room("blender.living_handlers")
    handlers.remove()
    assert living.data == mesh
    handlers.add()


def beat_until_idle(session: Any, follow: Any) -> None:
    deadline = time.monotonic() + 60.0
    while session.shaping.busy():
        assert time.monotonic() < deadline
        follow.beat()
        time.sleep(0.01)


@pytest.mark.parity
class TestWithTheWorker:
    def test_a_script_waits_for_the_preview_and_back_is_exact(
        self, bpy: Any, living_of: Callable[..., Any], session: Any, preview: Any
    ) -> None:
        torus = living_of("torus", resolution=160)
        mesh, record = torus.data, torus.data["triposr_living"].to_dict()
        before = np.array([vertex.co[:] for vertex in mesh.vertices])
        assert not bpy.ops.triposr.preview_back.poll()
        bpy.context.window_manager.triposr_living.threshold = 4.0
        assert bpy.ops.triposr.preview_mesh() == {"FINISHED"}
        assert torus.data != mesh
        assert session.shaping.shown[mesh.session_uid].nodes == 129
        assert session.shaping.finest_took is not None
        assert 0 < len(torus.data.vertices) < len(mesh.vertices)
        sizes = [np.ptp([vertex.co[:] for vertex in shown.vertices], axis=0) for shown in (torus.data, mesh)]
        assert (sizes[0] > sizes[1]).all(), "a lower threshold makes it thicker, around the same middle"
        assert bpy.ops.triposr.preview_back() == {"FINISHED"}
        assert torus.data == mesh
        np.testing.assert_array_equal([vertex.co[:] for vertex in mesh.vertices], before)
        assert mesh["triposr_living"].to_dict() == record
        assert bpy.context.window_manager.triposr_living.threshold == 25.0

    def test_the_newest_wish_is_shown(
        self, bpy: Any, living_of: Callable[..., Any], session: Any, follow: Any, preview: Any
    ) -> None:
        torus = living_of("torus")
        for threshold in (5.0, 10.0, 15.0):
            bpy.context.window_manager.triposr_living.threshold = threshold
            follow.begin_preview(session, torus.data)
        assert len([view for view in session.fitting_generator().fields.views() if not view.state.over]) == 1
        beat_until_idle(session, follow)
        real = preview.real_mesh(torus.data)
        assert session.shaping.shown[real.session_uid].settings.threshold == 15.0
        assert session.fitting_generator().fields.views() == ()
        assert follow.beat() == follow.WATCH_SECONDS, "as long as a preview is on the screen"
        bpy.ops.triposr.preview_back()
        assert follow.beat() is None

    def test_a_slider_that_moves_while_the_mesh_is_made_keeps_its_wish(
        self, bpy: Any, living_of: Callable[..., Any], session: Any, follow: Any, preview: Any, room: Any
    ) -> None:
        torus = living_of("torus", resolution=130)
        mesh, sliders = torus.data, bpy.context.window_manager.triposr_living
        sliders.threshold = 5.0
        follow.begin_preview(session, mesh)
        room("blender.living_questions").order_mesh(session, mesh)
        assert session.shaping.preview is None, "nobody waits for it any more"
        sliders.threshold = 9.0
        follow.begin_preview(session, mesh)
        beat_until_idle(session, follow)
        assert mesh["triposr_living"]["settings"]["threshold"] == 5.0
        assert sliders.threshold == 9.0
        assert session.shaping.shown[mesh.session_uid].settings.threshold == 9.0
        assert preview.real_mesh(torus.data) == mesh != torus.data

    def test_re_extract_takes_the_place_of_the_preview(
        self, bpy: Any, living_of: Callable[..., Any], preview: Any
    ) -> None:
        torus = living_of("torus")
        mesh = torus.data
        bpy.context.window_manager.triposr_living.threshold = 4.0
        bpy.ops.triposr.preview_mesh()
        assert bpy.ops.triposr.re_extract() == {"FINISHED"}
        assert torus.data == mesh
        assert mesh["triposr_living"]["settings"]["threshold"] == 4.0
        assert preview.previews() == []
