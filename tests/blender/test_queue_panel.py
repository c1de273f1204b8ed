# SPDX-License-Identifier: GPL-3.0-or-later
"""What the queue's panel shows for a job in each of its states."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Begin = Callable[[str], str]
Drawn = Callable[[], list[str]]


@pytest.fixture
def drawn(bpy: Any, room: Callable[[str], Any]) -> Drawn:
    """Draw the panel and give its lines."""

    def draw() -> list[str]:
        lines: list[str] = []
        kind = room("blender.queue_panel").TRIPOSR_PT_queue
        kind.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
        return lines

    return draw


@pytest.fixture
def begin(bpy: Any, room: Callable[[str], Any], session: Any, picture: Callable[[str], Path]) -> Begin:
    """Order a mesh of a picture of that name; gives the job's id."""

    def order(name: str) -> str:
        picture(name)
        return str(session.start(room("blender.order").order_from_context(bpy.context)))

    return order


def tick_until(session: Any, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.02)


def test_it_is_there_only_where_there_are_jobs(bpy: Any, room: Callable[[str], Any], begin: Begin) -> None:
    panel = room("blender.queue_panel").TRIPOSR_PT_queue
    assert not panel.poll(bpy.context)
    begin("good.png")
    assert panel.poll(bpy.context)


def test_waiting_jobs_can_be_moved_and_cancelled(begin: Begin, drawn: Drawn) -> None:
    begin("good.png")
    begin("dies.png")
    up, down, cancel = "operator triposr.move_job", "operator triposr.move_job", "operator triposr.cancel"
    no_move = "greyed out triposr.move_job"
    assert drawn() == [
        *("label ", "label good", no_move, down, cancel, "label Waiting"),
        *("label ", "label dies", up, no_move, cancel, "label Waiting"),
        *("label 2 jobs to do", "operator triposr.cancel_all", "operator triposr.clear_finished"),
    ]


def test_the_one_under_way_has_a_bar(session: Any, begin: Begin, drawn: Drawn) -> None:
    job = begin("works-until-cancelled.png")
    tick_until(session, lambda: session.queue.view(job).step == "reconstruct")
    lines = drawn()
    assert any(line.startswith("progress Reconstruct  ") for line in lines)
    assert "operator triposr.cancel" in lines
    assert "operator triposr.retry" not in lines


def test_time_left_is_told_once_it_is_known(bpy: Any, begin: Begin, drawn: Drawn) -> None:
    begin("good.png")
    assert "label Waiting" in drawn()
    bpy.ops.triposr.generate()
    begin("good.png")
    begin("good.png")
    lines = drawn()
    assert lines.count("label Waiting  1 s left") == 2, "the fake says 0.6 s a job"
    assert "label 2 jobs to do, 1 s left" in lines


def test_what_is_over_tells_how_it_went_and_can_be_tried_again(
    bpy: Any, session: Any, begin: Begin, drawn: Drawn
) -> None:
    jobs = [begin("good.png"), begin("reports-failure.png"), begin("good.png")]
    session.queue.cancel(jobs[2])
    tick_until(session, lambda: all(view.state.over for view in session.queue.views()))
    assert "label Comes when you let go" in drawn()
    for job in jobs:
        bpy.ops.triposr.deliver(job=job)
    lines = drawn()
    assert any(line.startswith("label 4 triangles in ") for line in lines)
    told = " ".join(line.removeprefix("label ") for line in lines)
    assert "The file is not a picture. Choose another." in told
    assert "label Cancelled" in lines
    assert lines.count("operator triposr.retry") == 3
    assert "operator triposr.cancel" not in lines


def test_a_long_queue_has_pages(bpy: Any, session: Any, begin: Begin, drawn: Drawn) -> None:
    for _ in range(25):
        begin("good.png")
    assert drawn().count("label good") == 12
    assert "label Page 1 of 3" in drawn()
    for _ in range(5):
        bpy.ops.triposr.turn_queue_page(by=1)
    assert "label Page 3 of 3" in drawn()
    assert drawn().count("label good") == 1
    bpy.ops.triposr.cancel_all()
    for view in session.queue.ripe():
        bpy.ops.triposr.deliver(job=view.id)
    bpy.ops.triposr.clear_finished()
    begin("good.png")
    assert drawn().count("label good") == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (8.4, "8 s"), (59.9, "60 s"), (100.0, "2 min"), (3600.0, "1 h 0 min"), (3900.0, "1 h 5 min")],
)
def test_times_are_short(room: Callable[[str], Any], seconds: float, text: str) -> None:
    assert room("blender.queue_panel").duration(seconds) == text
