# SPDX-License-Identifier: GPL-3.0-or-later
"""While a job runs an artist does other things: the object still arrives where it was ordered, or where they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Room = Callable[[str], Any]
Begin = Callable[[], None]
Arrive = Callable[[], Any]


@pytest.fixture
def begin(bpy: Any, room: Room, session: Any, picture: Callable[[str], Path]) -> Begin:
    """Order a mesh in the current scene, as the button does."""

    def order() -> None:
        picture("good.png")
        session.start(room("blender.order").order_from_context(bpy.context))

    return order


@pytest.fixture
def arrive(bpy: Any, room: Room, session: Any) -> Arrive:
    """Tick until the job is over, as the modal operator's timer does, and deliver."""

    def finish() -> Any:
        deadline = time.monotonic() + 120
        while not session.view().state.over:
            assert time.monotonic() < deadline
            session.tick()
            time.sleep(0.02)
        assert session.view().failure is None
        deliver = room("blender.delivery").deliver
        new = deliver(bpy.context, session.order(), session.view().result)
        session.finish()
        return new

    return finish


def scenes_of(new: Any) -> list[str]:
    return [scene.name for scene in new.users_scene]


def test_it_goes_to_the_scene_it_was_ordered_in(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    ordered_in = bpy.context.scene
    begin()
    elsewhere = bpy.data.scenes.new("Elsewhere")
    ordered_in.name = "Renamed"
    bpy.context.window.scene = elsewhere
    assert scenes_of(arrive()) == ["Renamed"]


def test_it_goes_to_the_current_scene_where_that_one_is_deleted(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    ordered_in = bpy.context.scene
    begin()
    bpy.context.window.scene = bpy.data.scenes.new("Elsewhere")
    bpy.data.scenes.remove(ordered_in)
    assert scenes_of(arrive()) == ["Elsewhere"]


def test_it_goes_to_the_current_scene_of_another_file(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    begin()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    new = arrive()
    assert scenes_of(new) == [bpy.context.scene.name]
    assert bpy.context.view_layer.objects.active == new


def test_undo_while_a_job_runs_does_not_hurt_it(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    bpy.ops.ed.undo_push(message="base")
    bpy.context.scene.triposr.image_path = ""
    bpy.ops.ed.undo_push(message="a change")
    begin()
    bpy.ops.ed.undo()
    assert scenes_of(arrive()) == [bpy.context.scene.name]


def test_settings_changed_after_the_button_do_not_change_the_order(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    bpy.context.scene.triposr.height = 2.0
    begin()
    bpy.context.scene.triposr.height = 5.0
    assert arrive().dimensions.z == pytest.approx(2.0)


def test_cancel_ends_the_job_without_an_object(
    bpy: Any, room: Room, session: Any, picture: Callable[[str], Path]
) -> None:
    picture("works-until-cancelled.png")
    session.start(room("blender.order").order_from_context(bpy.context))
    deadline = time.monotonic() + 120
    while session.view().step != "reconstruct":
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.02)
    session.cancel()
    while not session.view().state.over:
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.02)
    assert session.view().state.value == "cancelled"
    session.finish()
    assert not session.busy()
    assert list(session.storage().jobs.iterdir()) == []


def test_only_one_job_at_a_time(bpy: Any, room: Room, session: Any, begin: Begin) -> None:
    begin()
    assert not bpy.ops.triposr.generate.poll()
    assert bpy.ops.triposr.cancel.poll()
    with pytest.raises(RuntimeError, match="one job at a time"):
        session.start(room("blender.order").order_from_context(bpy.context))


def test_switching_the_extension_off_ends_the_job(bpy: Any, begin: Begin, session: Any) -> None:
    begin()
    session.tick()
    session.stop_worker()
    assert not session.busy()
    assert list(session.storage().jobs.iterdir()) == []
