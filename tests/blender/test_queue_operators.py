# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist or a script does with the queue, through bpy.ops; and why something is greyed out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Begin = Callable[[str], str]


@pytest.fixture
def begin(bpy: Any, room: Callable[[str], Any], session: Any, picture: Callable[[str], Path]) -> Begin:
    """Order a mesh of a picture of that name, as the button does; gives the job's id."""

    def order(name: str) -> str:
        picture(name)
        return str(session.start(room("blender.order").order_from_context(bpy.context)))

    return order


@pytest.fixture
def finish(bpy: Any, session: Any) -> Callable[[], None]:
    """Tick until nothing is left to do, and deliver, as the modal operator does."""

    def tick() -> None:
        deadline = time.monotonic() + 120
        while session.queue.busy():
            assert time.monotonic() < deadline
            session.tick()
            for view in session.queue.ripe():
                bpy.ops.triposr.deliver(job=view.id)
            time.sleep(0.02)

    return tick


def names(session: Any) -> list[str]:
    return [view.request.name for view in session.queue.views()]


def states(session: Any) -> list[str]:
    return [view.state.value for view in session.queue.views()]


def test_each_press_is_one_more_job(bpy: Any, session: Any, begin: Begin, finish: Callable[[], None]) -> None:
    for _ in range(3):
        begin("good.png")
    assert states(session) == ["waiting"] * 3
    finish()
    assert states(session) == ["done"] * 3
    assert [item.name for item in bpy.data.objects] == ["good", "good.001", "good.002"]
    assert session.storage().worker_log_tail().count("started worker") == 1


def test_a_script_waits_for_its_own_job_behind_the_others(bpy: Any, session: Any, begin: Begin) -> None:
    begin("good.png")
    begin("reports-failure.png")
    assert begin_and_wait(bpy, session) == {"FINISHED"}
    assert states(session) == ["done", "failed", "done"]


def begin_and_wait(bpy: Any, session: Any) -> Any:
    bpy.context.scene.triposr.image_path = bpy.context.scene.triposr.image_path.replace("reports-failure", "good")
    return bpy.ops.triposr.generate()


def test_without_an_empty_queue_nothing_can_be_done_and_it_says_why(bpy: Any) -> None:
    for operator, why in (
        (bpy.ops.triposr.cancel, "No job is waiting or running"),
        (bpy.ops.triposr.cancel_all, "No job is waiting or running"),
        (bpy.ops.triposr.retry, "No job is over yet"),
        (bpy.ops.triposr.clear_finished, "No job is over yet"),
        (bpy.ops.triposr.move_job, "Fewer than two jobs are waiting"),
    ):
        assert not operator.poll()
        with pytest.raises(RuntimeError, match=why):
            operator()


def test_cancel_one_and_the_others_go_on(bpy: Any, session: Any, begin: Begin, finish: Callable[[], None]) -> None:
    begin("good.png")
    unwanted = begin("good.png")
    begin("good.png")
    assert bpy.ops.triposr.cancel(job=unwanted) == {"FINISHED"}
    finish()
    assert states(session) == ["done", "cancelled", "done"]
    assert len(bpy.data.objects) == 2


def test_cancel_without_a_job_means_the_one_under_way(
    bpy: Any, session: Any, begin: Begin, finish: Callable[[], None]
) -> None:
    begin("works-until-cancelled.png")
    begin("good.png")
    session.tick()
    assert bpy.ops.triposr.cancel() == {"FINISHED"}
    finish()
    assert states(session) == ["cancelled", "done"]


def test_cancel_all(bpy: Any, session: Any, begin: Begin, finish: Callable[[], None]) -> None:
    for name in ("works-until-cancelled.png", "good.png", "good.png"):
        begin(name)
    session.tick()
    assert bpy.ops.triposr.cancel_all() == {"FINISHED"}
    finish()
    assert states(session) == ["cancelled"] * 3
    assert len(bpy.data.objects) == 0
    assert list(session.storage().jobs.iterdir()) == []


def test_the_order_can_be_changed(bpy: Any, session: Any, begin: Begin) -> None:
    begin("works-until-cancelled.png")
    first, last = begin("good.png"), begin("dies.png")
    session.tick()
    assert bpy.ops.triposr.move_job(job=last, direction="UP") == {"FINISHED"}
    assert names(session) == ["works-until-cancelled", "dies", "good"]
    assert bpy.ops.triposr.move_job(direction="UP") == {"FINISHED"}
    assert names(session) == ["works-until-cancelled", "good", "dies"]
    assert bpy.ops.triposr.move_job(job=first, direction="DOWN") == {"FINISHED"}
    assert names(session) == ["works-until-cancelled", "dies", "good"]


def test_a_retry_makes_the_same_again_in_its_place(bpy: Any, session: Any, begin: Begin, tmp_path: Path) -> None:
    bpy.context.scene.triposr.height = 3.0
    job = begin("good.png")
    assert bpy.ops.triposr.cancel(job=job) == {"FINISHED"}
    bpy.ops.triposr.deliver(job=job)
    bpy.context.scene.triposr.height = 1.0
    assert bpy.ops.triposr.retry(job=job) == {"FINISHED"}
    assert names(session) == ["good"]
    assert states(session) == ["done"]
    assert bpy.context.object.dimensions.z == pytest.approx(3.0)


def test_a_retry_without_a_job_means_all_that_failed(bpy: Any, session: Any, begin: Begin, tmp_path: Path) -> None:
    for name in ("reports-failure.png", "good.png"):
        begin(name)
    bpy.ops.triposr.generate()
    failed = session.queue.views()[0].id
    bpy.ops.triposr.deliver(job=failed)
    bpy.ops.triposr.deliver(job=session.queue.views()[1].id)
    with pytest.raises(RuntimeError, match="Choose another"):
        bpy.ops.triposr.retry()
    assert session.queue.views()[0].id != failed
    assert states(session) == ["failed", "done", "done"]


def test_what_is_not_over_is_not_tried_again(bpy: Any, session: Any, begin: Begin) -> None:
    cancelled, waiting = begin("good.png"), begin("good.png")
    bpy.ops.triposr.cancel(job=cancelled)
    bpy.ops.triposr.deliver(job=cancelled)
    with pytest.raises(RuntimeError, match="not over"):
        bpy.ops.triposr.retry(job=waiting)


def test_clearing_takes_only_what_is_over_and_leaves_objects(
    bpy: Any, session: Any, begin: Begin, picture: Callable[[str], Path]
) -> None:
    picture("good.png")
    bpy.ops.triposr.generate()
    waiting = begin("good.png")
    assert bpy.ops.triposr.clear_finished() == {"FINISHED"}
    assert [view.id for view in session.queue.views()] == [waiting]
    assert len(bpy.data.objects) == 1


def test_a_job_that_is_gone_is_told(bpy: Any, begin: Begin) -> None:
    begin("good.png")
    with pytest.raises(RuntimeError, match="not in the queue any more"):
        bpy.ops.triposr.cancel(job="no such job")
