# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs when, and that every run's time is kept."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from benchmarks.stopwatch import Stopwatch  # noqa: E402 - after the check that torch is there
from benchmarks.turns import Contestant, order_of, take_turns  # noqa: E402

pytestmark = pytest.mark.torch


def names(*times: int) -> str:
    return "".join(way.name for way in order_of([Contestant("ABC"[n], print, times[n]) for n in range(len(times))]))


def test_two_take_turns_and_none_is_always_first() -> None:
    assert names(4, 4) == "ABBAABBA"


def test_who_runs_once_runs_between_the_others() -> None:
    assert names(1, 3) == "BBAB"


def test_three_may_run_unequally_often() -> None:
    assert names(2, 1, 3) == "ACCBAC"


def test_whole_runs_and_stages_are_kept() -> None:
    seen: list[str] = []

    def work(stopwatch: Stopwatch) -> None:
        stopwatch.enter("query")
        sum(range(1000))
        stopwatch.enter("colours")

    way = Contestant("A", work, 3)
    take_turns([way], torch.device("cpu"), True, seen.append)
    assert len(seen) == len(way.whole) == 3
    assert list(way.stage_medians()) == ["query", "colours"]
    assert all(whole >= sum(run.values()) - 1e-9 for whole, run in zip(way.whole, way.stages, strict=True))


def test_nine_of_ten_runs_take_no_longer_than_p90() -> None:
    way = Contestant("A", print, 20, whole=[float(n) for n in range(20, 0, -1)])
    assert (way.p90, way.median) == (18.0, 10.5)


def test_time_is_counted_for_the_stage_that_it_was_spent_in() -> None:
    ticks = iter([1.0, 3.0, 7.0, 8.0, 20.0])
    stopwatch = Stopwatch(lambda: next(ticks))
    for stage in ("query", "colours", "query", "", "colours"):
        stopwatch.enter(stage)
    assert stopwatch.seconds == {"query": 3.0, "colours": 4.0}
