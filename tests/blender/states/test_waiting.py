# SPDX-License-Identifier: GPL-3.0-or-later
"""A result that is there comes into the file, whatever became of the place that it was ordered for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Room = Callable[[str], Any]


@pytest.fixture
def ready(bpy: Any, room: Room, session: Any, picture: Callable[[str], Path]) -> Callable[[], str]:
    """Order a mesh, and wait until it could come; gives the job's id."""

    def order() -> str:
        picture("good.png")
        job = str(session.start(room("blender.order").order_from_context(bpy.context)))
        deadline = time.monotonic() + 60.0
        while not session.queue.is_ripe(job):
            assert time.monotonic() < deadline
            session.tick()
            time.sleep(0.01)
        return job

    return order


def deliver(bpy: Any, job: str) -> Any:
    before = set(bpy.data.objects)
    assert bpy.ops.triposr.deliver("EXEC_DEFAULT", True, job=job) == {"FINISHED"}
    (new,) = set(bpy.data.objects) - before
    return new


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT", "VERTEX_PAINT", "WEIGHT_PAINT", "TEXTURE_PAINT"])
def test_in_another_mode_it_appears_beside_what_is_worked_on(bpy: Any, ready: Callable[[], str], mode: str) -> None:
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    bpy.ops.object.mode_set(mode=mode)
    new = deliver(bpy, ready())
    assert (cube.mode, bpy.context.view_layer.objects.active) == (mode, cube)
    assert new.visible_get()
    assert not new.select_get()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(cube.data.vertices) == 8


def test_a_collection_that_was_deleted_meanwhile_is_not_missed(bpy: Any, ready: Callable[[], str]) -> None:
    mine = bpy.data.collections.new("mine")
    bpy.context.scene.collection.children.link(mine)
    layer = bpy.context.view_layer
    layer.active_layer_collection = layer.layer_collection.children["mine"]
    job = ready()
    bpy.data.collections.remove(mine)
    assert list(deliver(bpy, job).users_collection) == [bpy.context.scene.collection]


def test_a_linked_scene_takes_none_but_one_of_this_file_does(
    bpy: Any, ready: Callable[[], str], tmp_path: Path
) -> None:
    path = str(tmp_path / "library.blend")
    bpy.context.scene.name = "theirs"
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.context.scene.name = "ours"
    with bpy.data.libraries.load(path, link=True) as (_there, here):
        here.scenes = ["theirs"]
    bpy.context.window.scene = here.scenes[0]
    assert [scene.name for scene in deliver(bpy, ready()).users_scene] == ["ours"]


class TestSeveralPictures:
    @staticmethod
    def choose(bpy: Any, folder: Path, *names: str) -> Any:
        for name in names:
            (folder / name).write_bytes(b"a picture")
        return bpy.ops.triposr.choose_picture(directory=str(folder), files=[{"name": name} for name in names])

    def test_a_broken_one_costs_only_itself_in_a_script_too(self, bpy: Any, session: Any, tmp_path: Path) -> None:
        assert self.choose(bpy, tmp_path, "good.png", "reports-failure.png", "good_2.png") == {"FINISHED"}
        assert sorted(thing.name for thing in bpy.data.objects) == ["good", "good_2"]
        assert session.failure is None or session.failure.code == "PHOTO_UNREADABLE"

    def test_none_that_can_be_made_is_an_error(self, bpy: Any, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match="not a picture"):
            self.choose(bpy, tmp_path, "reports-failure.png", "reports-failure_2.png")


def test_a_contact_sheet_is_not_put_into_another_file(bpy: Any, session: Any, room: Room, tmp_path: Path) -> None:
    session.sheet = room("blender.folder_sheet").SheetOrder("a job", tmp_path, show=True)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert session.sheet.show is False
    session.sheet = None


def test_a_view_that_can_not_be_drawn_is_told(bpy: Any, room: Room) -> None:
    """Without a window Blender has no graphics to draw with."""
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    with (
        bpy.context.temp_override(area=area, region=area.regions[-1]),
        pytest.raises(room("blender.failures").ViewportNotDrawn, match=r"could not draw this view into a picture\. "),
    ):
        room("blender.viewport_picture").drawn_view(bpy.context)


def test_of_four_views_the_one_is_meant_that_is_pointed_at_or_the_artists_own(room: Room) -> None:
    header, *views = (SimpleNamespace(type=kind) for kind in ("HEADER", "WINDOW", "WINDOW", "WINDOW", "WINDOW"))
    area, main_region = SimpleNamespace(regions=[header, *views]), room("blender.viewport").main_region
    assert main_region(area, views[1]) is views[1]
    assert main_region(area, header) is views[3]
    assert main_region(area, None) is views[3]
