# SPDX-License-Identifier: GPL-3.0-or-later
"""Within five seconds the artist reads about a worker that gives no sign; real processes, really suspended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.host.waiting import INITIALIZE, MakeGenerator, Photo, Start, pid, start_running, tick_until, wait_for
from triposr_addon.host.jobs import JobState
from triposr_addon.host.worker_process import Answered
from triposr_addon.host.worker_signs import QUIET, STARTING, STUCK, SUSPENDED, WorkerSigns

PROMISED_SECONDS = 5.0


class Clock:
    """Hands out the seconds that a test says."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def watched(signs: WorkerSigns, clock: Clock, seconds: float, starting: bool = False) -> str:
    """The notice after so long, with a look ten times a second."""
    notice = ""
    for _ in range(round(seconds * 10)):
        clock.now += 0.1
        notice = signs.notice(starting)
    return notice


def test_a_worker_that_computes_is_left_in_peace() -> None:
    clock = Clock()
    signs = WorkerSigns(os.getpid(), clock)
    signs.begin()
    for second in range(1, 60):
        signs.beat(0.9 * second)
        assert watched(signs, clock, 1.0) == ""


def test_beats_without_work_are_named() -> None:
    clock = Clock()
    signs = WorkerSigns(os.getpid(), clock)
    signs.begin()
    for second in range(1, 6):
        signs.beat(0.02 * second)
        notice = watched(signs, clock, 1.0)
    assert notice == STUCK
    signs.moved()
    assert signs.notice(starting=False) == ""


def test_silence_is_named_within_the_promise() -> None:
    clock = Clock()
    signs = WorkerSigns(os.getpid(), clock)
    signs.begin()
    assert watched(signs, clock, 2.5) == ""
    assert watched(signs, clock, PROMISED_SECONDS - 2.5) == QUIET
    assert signs.notice(starting=True) == STARTING


def test_a_clock_that_jumps_says_nothing() -> None:
    clock = Clock()
    signs = WorkerSigns(os.getpid(), clock)
    signs.begin()
    clock.now += 3600.0
    assert signs.notice(starting=False) == ""
    clock.now -= 7200.0
    assert signs.notice(starting=False) == ""


def test_a_suspended_worker_is_named_and_goes_on(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = start_running(generator, photo("works-until-cancelled"))
    os.killpg(pid(generator), signal.SIGSTOP)
    stopped = time.monotonic()
    tick_until(generator, lambda: generator.view(job).notice == SUSPENDED)
    assert time.monotonic() - stopped < 60.0
    os.killpg(pid(generator), signal.SIGCONT)
    tick_until(generator, lambda: generator.view(job).notice == "")
    assert generator.view(job).state is JobState.RUNNING


def test_a_suspended_worker_can_be_cancelled(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = start_running(generator, photo("works-until-cancelled"))
    os.killpg(pid(generator), signal.SIGSTOP)
    generator.cancel(job)
    tick_until(generator, lambda: generator.view(job).state is JobState.CANCELLED)
    folder = Path(generator.view(job).request.photo).parent / "storage" / "jobs"
    generator.drop(job)
    assert not [*folder.glob("triposr-job-*")]


def test_a_suspended_worker_leaves_when_it_is_asked_to(start: Start) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    os.killpg(process.pid, signal.SIGSTOP)
    process.stop()
    assert process._process.returncode == 0
