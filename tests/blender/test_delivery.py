# SPDX-License-Identifier: GPL-3.0-or-later
"""While a job runs an artist does other things: the object still arrives where it was ordered, or where they are."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Room = Callable[[str], Any]
Begin = Callable[..., str]
Arrive = Callable[[str], Any]


@pytest.fixture
def begin(bpy: Any, room: Room, session: Any, picture: Callable[[str], Path]) -> Begin:
    """Order a mesh in the current scene, as the button does; gives the job's id."""

    def order(name: str = "good.png") -> str:
        picture(name)
        return str(session.start(room("blender.order").order_from_context(bpy.context)))

    return order


@pytest.fixture
def tick_until(session: Any) -> Callable[[Callable[[], bool]], None]:
    """What the modal operator's timer does."""

    def tick(happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not happened():
            assert time.monotonic() < deadline
            session.tick()
            time.sleep(0.02)

    return tick


@pytest.fixture
def arrive(bpy: Any, session: Any, tick_until: Callable[..., None]) -> Arrive:
    """Tick until the job is over, and deliver."""

    def finish(job: str) -> Any:
        tick_until(lambda: session.queue.view(job).state.over)
        assert session.queue.view(job).failure is None
        before = set(bpy.data.objects)
        assert bpy.ops.triposr.deliver("EXEC_DEFAULT", True, job=job) == {"FINISHED"}
        new = set(bpy.data.objects) - before
        assert len(new) == 1
        return new.pop()

    return finish


def scenes_of(new: Any) -> list[str]:
    return [scene.name for scene in new.users_scene]


def test_it_goes_to_the_scene_it_was_ordered_in(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    ordered_in = bpy.context.scene
    job = begin()
    elsewhere = bpy.data.scenes.new("Elsewhere")
    ordered_in.name = "Renamed"
    bpy.context.window.scene = elsewhere
    assert scenes_of(arrive(job)) == ["Renamed"]


def test_it_goes_to_the_current_scene_where_that_one_is_deleted(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    ordered_in = bpy.context.scene
    job = begin()
    bpy.context.window.scene = bpy.data.scenes.new("Elsewhere")
    bpy.data.scenes.remove(ordered_in)
    assert scenes_of(arrive(job)) == ["Elsewhere"]


def test_it_goes_to_the_current_scene_of_another_file(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    job = begin()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    new = arrive(job)
    assert scenes_of(new) == [bpy.context.scene.name]
    assert bpy.context.view_layer.objects.active == new


def test_undo_while_a_job_runs_does_not_hurt_it(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    bpy.ops.ed.undo_push(message="base")
    bpy.context.scene.triposr.image_path = ""
    bpy.ops.ed.undo_push(message="a change")
    job = begin()
    bpy.ops.ed.undo()
    assert scenes_of(arrive(job)) == [bpy.context.scene.name]


def test_settings_changed_after_the_button_do_not_change_the_order(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    bpy.context.scene.triposr.height = 2.0
    job = begin()
    bpy.context.scene.triposr.height = 5.0
    assert arrive(job).dimensions.z == pytest.approx(2.0)


def test_cancel_ends_the_job_without_an_object(
    bpy: Any, session: Any, begin: Begin, tick_until: Callable[..., None]
) -> None:
    job = begin("works-until-cancelled.png")
    tick_until(lambda: session.queue.view(job).step == "reconstruct")
    session.queue.cancel(job)
    tick_until(lambda: session.queue.view(job).state.over)
    assert session.queue.view(job).state.value == "cancelled"
    assert bpy.ops.triposr.deliver(job=job) == {"CANCELLED"}
    assert not session.queue.busy()
    assert len(bpy.data.objects) == 0
    assert list(session.storage().jobs.iterdir()) == []


def test_each_object_of_a_queue_is_an_undo_step_of_its_own(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    bpy.ops.ed.undo_push(message="base")
    jobs = [begin(), begin(), begin()]
    for job in jobs:
        arrive(job)
    assert [item.name for item in bpy.data.objects] == ["good", "good.001", "good.002"]
    for left in (["good", "good.001"], ["good"], []):
        bpy.ops.ed.undo()
        assert [item.name for item in bpy.data.objects] == left
    bpy.ops.ed.redo()
    assert len(bpy.data.objects["good"].data.vertices) == 8


def test_what_is_not_over_or_was_delivered_is_not_delivered(bpy: Any, begin: Begin, arrive: Arrive) -> None:
    job = begin()
    assert bpy.ops.triposr.deliver(job=job) == {"CANCELLED"}
    arrive(job)
    assert bpy.ops.triposr.deliver(job=job) == {"CANCELLED"}
    assert bpy.ops.triposr.deliver(job="no such job") == {"CANCELLED"}
    assert len(bpy.data.objects) == 1


def test_undo_of_an_object_and_another_file_do_not_hurt_those_that_wait(
    bpy: Any, begin: Begin, arrive: Arrive, session: Any
) -> None:
    bpy.ops.ed.undo_push(message="base")
    first, second, third = begin(), begin(), begin()
    arrive(first)
    bpy.ops.ed.undo()
    assert scenes_of(arrive(second)) == [bpy.context.scene.name]
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert scenes_of(arrive(third)) == [bpy.context.scene.name]
    assert [item.name for item in bpy.data.objects] == ["good"]
    assert not session.queue.busy()


def test_a_saved_file_does_not_reopen_as_running(bpy: Any, begin: Begin, session: Any, tmp_path: Path) -> None:
    begin("works-until-cancelled.png")
    session.tick()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "busy.blend"))
    session.stop_worker()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "busy.blend"))
    assert session.queue.views() == ()
    assert not session.queue.busy()
    assert not bpy.ops.triposr.cancel.poll()


def test_switching_the_extension_off_ends_the_jobs(bpy: Any, begin: Begin, session: Any) -> None:
    begin()
    begin()
    session.tick()
    session.stop_worker()
    assert not session.queue.busy()
    assert list(session.storage().jobs.iterdir()) == []


class Quicksand:
    """A row of places that gives way, when the object already stands in the scene."""

    def place_for(self, _width: float, _depth: float) -> None:
        raise ZeroDivisionError("no ground here")


def test_a_fault_that_nobody_foresaw_is_told_and_leaves_nothing_half_made(
    bpy: Any, session: Any, room: Room, picture: Callable[[str], Path], tick_until: Callable[..., None]
) -> None:
    picture("good.png")
    sound = room("blender.order").order_from_context(bpy.context)
    jobs = [session.start(dataclasses.replace(sound, row=row)) for row in (Quicksand(), None)]
    tick_until(lambda: len(session.queue.ripe()) == len(jobs))
    answers = [bpy.ops.triposr.deliver("EXEC_DEFAULT", True, job=job) for job in jobs]
    assert answers == [{"CANCELLED"}, {"FINISHED"}]
    failure = session.queue.ticket(jobs[0]).failure
    assert (failure.code, failure.sentence.count(". ")) == ("OBJECT_NOT_MADE", 1)
    assert "no ground here" in failure.details
    assert "no ground here" in session.storage().worker_log_tail()
    assert [thing.name for thing in bpy.data.objects] == [mesh.name for mesh in bpy.data.meshes] == ["good"]
    assert not session.queue.busy()
