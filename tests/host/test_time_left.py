# SPDX-License-Identifier: GPL-3.0-or-later
"""Estimates from jobs that are done and from the bar; silence where neither says anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from triposr_addon.host.jobs import GenerationRequest, GenerationResult, JobState, JobView
from triposr_addon.host.time_left import Pace
from triposr_addon.protocol import SurfaceSettings

FINE = SurfaceSettings(resolution=256)
COARSE = SurfaceSettings(resolution=64)


def request(surface: SurfaceSettings = FINE) -> GenerationRequest:
    return GenerationRequest(Path("photo.png"), Path("model"), "photo", surface_settings=surface)


def result(seconds: dict[str, float]) -> GenerationResult:
    here = Path("x")
    return GenerationResult(here, here, here, 4, 4, True, "fake", "ab", "cpu", seconds, ())


def view(
    name: str, state: JobState, seconds: float = 0.0, fraction: float = 0.0, surface: SurfaceSettings = FINE
) -> JobView:
    return JobView(name, state, "", 0.0, fraction, "", seconds, None, "", request(surface), None, False)


@pytest.fixture
def pace() -> Pace:
    """A fine mesh took nine seconds, and the model four more, once."""
    pace = Pace()
    pace.learn(request(), result({"load model": 4.0, "reconstruct": 7.0, "extract": 2.0}))
    return pace


def test_nothing_is_known_at_first() -> None:
    views = [view("runs", JobState.RUNNING, 3.0, 0.1), view("waits", JobState.WAITING)]
    assert Pace().times_left(views) == {}


def test_the_bar_alone_tells_of_the_running_job_and_of_those_behind_it() -> None:
    views = [view("runs", JobState.RUNNING, 6.0, 0.5), view("waits", JobState.WAITING)]
    assert Pace().times_left(views) == pytest.approx({"runs": 6.0, "waits": 18.0})


def test_earlier_jobs_tell_more(pace: Pace) -> None:
    views = [
        view("done", JobState.DONE, 13.0, 1.0),
        view("first", JobState.WAITING),
        view("runs", JobState.RUNNING, 4.0, 0.1),
        view("second", JobState.WAITING),
    ]
    assert pace.times_left(views) == pytest.approx({"runs": 5.0, "first": 14.0, "second": 23.0})


def test_who_takes_longer_than_the_last_one_is_judged_by_the_bar(pace: Pace) -> None:
    assert pace.times_left([view("runs", JobState.RUNNING, 12.0, 0.75)]) == pytest.approx({"runs": 4.0})


def test_another_fineness_is_another_pace(pace: Pace) -> None:
    views = [view("fine", JobState.WAITING), view("coarse", JobState.WAITING, surface=COARSE)]
    assert pace.times_left(views) == pytest.approx({"fine": 9.0})
    pace.learn(request(COARSE), result({"extract": 1.0}))
    assert pace.times_left(views) == pytest.approx({"fine": 9.0, "coarse": 10.0})


def test_the_latest_of_a_kind_counts(pace: Pace) -> None:
    pace.learn(request(), result({"reconstruct": 2.0}))
    assert pace.times_left([view("waits", JobState.WAITING)]) == pytest.approx({"waits": 2.0})
