# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that nobody foresaw, where Blender itself calls us: they are told, and what waits behind them goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def unforeseen(room: Callable[[str], Any], session: Any, tmp_path: Path) -> Any:
    session.preferences().data_folder = str(tmp_path / "data")
    yield room("blender.unforeseen")
    session.preferences().data_folder, session.failure = "", None


def break_down(*_: object) -> None:
    raise ZeroDivisionError("nobody foresaw this")


def test_a_timer_that_breaks_is_called_again_and_says_so(session: Any, unforeseen: Any) -> None:
    faults = [True, True, False]

    def beat() -> float:
        if faults.pop(0):
            break_down()
        return 0.5

    forgiving = unforeseen.forgiving_timer(0.1)(beat)
    assert [forgiving(), forgiving()] == [0.1, 0.1]
    assert (session.failure.code, "nobody foresaw this" in session.failure.details) == ("UNFORESEEN", True)
    assert forgiving() == 0.5
    assert session.storage().worker_log_tail().count("UNFORESEEN") == 1, "the same is noted once"


def test_a_timer_that_breaks_each_time_is_left_alone(unforeseen: Any) -> None:
    forgiving = unforeseen.forgiving_timer(0.1)(break_down)
    assert [forgiving() for _ in range(unforeseen.MOST_IN_A_ROW)] == [0.1] * (unforeseen.MOST_IN_A_ROW - 1) + [None]


def test_a_modal_operator_that_breaks_ends_as_by_escape(session: Any, unforeseen: Any) -> None:
    told: list[Any] = []
    operator = SimpleNamespace(
        report=lambda kinds, text: told.append((kinds, text)), cancel=lambda context: told.append(context)
    )
    assert unforeseen.forgiving_modal(break_down)(operator, "the context", "an event") == {"CANCELLED"}
    assert told == [({"ERROR"}, session.failure.sentence), "the context"]


@pytest.mark.usefixtures("box_worker")
class TestTheFollowerOfTheQueue:
    @pytest.fixture
    def begin(self, bpy: Any, room: Callable[[str], Any], session: Any, picture: Callable[[str], Path]) -> Any:
        def order() -> str:
            picture("good.png")
            return str(session.start(room("blender.order").order_from_context(bpy.context)))

        return order

    @pytest.fixture
    def follower(self, room: Callable[[str], Any]) -> Any:
        """What TRIPOSR_OT_watch does at a beat, without a window. Its reports break, once."""
        breaks = [True]

        def report(*_: object) -> None:
            if breaks and breaks.pop():
                break_down()

        kind = room("blender.watch").TRIPOSR_OT_watch
        return SimpleNamespace(kind=kind, report=report, _faults=0)

    def test_one_that_can_not_be_told_of_holds_up_no_other(
        self, bpy: Any, session: Any, begin: Any, follower: Any
    ) -> None:
        jobs = [begin(), begin()]
        deadline = time.monotonic() + 60.0
        while len(session.queue.ripe()) < len(jobs):
            assert time.monotonic() < deadline
            session.tick()
            time.sleep(0.01)
        for job in jobs:
            follower.kind._hand_over(follower, bpy.context, session, job)
        assert not session.queue.busy()
        assert [thing.name for thing in bpy.data.objects] == ["good", "good.001"]

    def test_a_tick_that_breaks_each_time_ends_the_jobs(self, session: Any, begin: Any, follower: Any) -> None:
        begin()
        broken = SimpleNamespace(tick=break_down, stop_worker=session.stop_worker)
        for _ in range(100):
            follower.kind._tick(follower, broken)
        assert not session.queue.busy()
        assert session.failure.code == "UNFORESEEN"


def test_an_object_waits_for_renders_and_bakes(room: Callable[[str], Any]) -> None:
    renders = room("blender.renders").renders
    assert renders(lambda job: job == "RENDER")
    assert renders(lambda job: job == "OBJECT_BAKE")
    assert not renders(lambda job: job == "SHADER_COMPILATION")
    assert not renders()
