# SPDX-License-Identifier: GPL-3.0-or-later
"""What the storm on the wire found, each once: none of it may raise in a tick, hold Blender up, or stay behind."""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import time
from pathlib import Path

import pytest

from tests.host.waiting import (
    INITIALIZE,
    MakeGenerator,
    Photo,
    Start,
    broken_by,
    ends,
    pid,
    reconstruct,
    run,
    tick_until,
    wait_for,
)
from triposr_addon.host.failures import QueueFull, WorkerDied, WorkerKilledForMemory, WorkerSilent
from triposr_addon.host.field_jobs import ExtractRequest
from triposr_addon.host.generation_queue import MOST_JOBS
from triposr_addon.host.jobs import JobState
from triposr_addon.host.memory_kills import memory_kills_or_none
from triposr_addon.host.worker_command import worker_environment
from triposr_addon.host.worker_process import Answered
from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.wire import MalformedMessage, decode_worker_line

NO_NUMBER = SurfaceSettings(threshold=math.nan)


def test_a_setting_that_is_no_number_costs_its_job_alone(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    bad = generator.submit(dataclasses.replace(photo("good"), surface_settings=NO_NUMBER))
    good = generator.submit(photo("good_2"))
    tick_until(generator, lambda: generator.view(good).state.over)
    failure = generator.view(bad).failure
    assert failure is not None
    assert failure.code == "REQUEST_UNSENDABLE"
    assert generator.view(good).state is JobState.DONE


def test_a_gigantic_setting_costs_its_job_alone(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    gigantic = dataclasses.replace(photo("good"), photo_settings=PhotoSettings(background="x" * (2 << 20)))
    failure = run(generator, gigantic).failure
    assert failure is not None
    assert failure.code == "REQUEST_UNSENDABLE"
    assert run(generator, photo("good")).state is JobState.DONE


def test_a_question_that_can_not_be_asked_is_answered(make: MakeGenerator, photo: Photo, tmp_path: Path) -> None:
    generator = make()
    job = generator.fields.submit(ExtractRequest(tmp_path / "good.field", "x", NO_NUMBER))
    view = generator.fields.run_until_done(job, 60.0)
    assert view.failure is not None
    assert view.failure.code == "REQUEST_UNSENDABLE"
    assert run(generator, photo("good")).state is JobState.DONE


def test_a_step_that_the_job_does_not_take_is_passed_over(make: MakeGenerator, photo: Photo) -> None:
    assert run(make(), photo("tells-a-step-of-others")).state is JobState.DONE


def test_a_worker_that_closes_its_input_is_named(start: Start, tmp_path: Path) -> None:
    """The first line afterwards still reaches the reader that was waiting for it."""
    process = start("stays")
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "closes-stdin"))
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "good"))
    time.sleep(0.3)
    process.send(reconstruct(tmp_path, "good"))
    failure = broken_by(process)
    assert type(failure) is WorkerSilent
    assert "closed its input" in failure.sentence


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the system does not tell of a death without forgetting it")
def test_what_a_dead_worker_had_started_is_ended(start: Start, tmp_path: Path) -> None:
    process = start()
    process.send(INITIALIZE)
    wait_for(process, Answered)
    process.send(reconstruct(tmp_path, "dies-leaving-a-child"))
    failure = broken_by(process)
    assert type(failure) is WorkerDied
    assert ends(int(failure.details.removeprefix("child ")))


def test_a_worker_that_died_idle_costs_no_job(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    assert run(generator, photo("good")).state is JobState.DONE
    os.kill(pid(generator), signal.SIGKILL)
    assert run(generator, photo("good_2")).state is JobState.DONE


def test_a_second_answer_costs_not_the_next_job(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    first, second = generator.submit(photo("makes-mesh-twice")), generator.submit(photo("good"))
    tick_until(generator, lambda: generator.view(second).state.over)
    assert (generator.view(first).state, generator.view(second).state) == (JobState.DONE, JobState.DONE)


def test_a_starting_worker_without_a_sign_ends_with_its_cancelled_job(make: MakeGenerator, photo: Photo) -> None:
    generator = make("hangs")
    job = generator.submit(photo("good"))
    tick_until(generator, lambda: generator.view(job).notice != "")
    generator.cancel(job)
    assert generator.view(job).state is JobState.CANCELLED
    assert not generator.memory._worker.running


def test_a_flood_of_long_lines_does_not_hold_a_tick_up(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = generator.submit(photo("floods-with-long-lines"))
    events, deadline = 0, time.monotonic() + 60.0
    while not generator.view(job).state.over and time.monotonic() < deadline:
        generator.tick()
        process = generator._worker._process
        events = max(events, process._output._bytes if process is not None else 0)
        time.sleep(0.005)
    assert generator.view(job).state is JobState.DONE
    assert events < 6 << 20


def test_the_queue_has_an_end(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    jobs = [generator.submit(photo("good")) for _ in range(MOST_JOBS)]
    with pytest.raises(QueueFull, match=f"takes {MOST_JOBS} pictures"):
        generator.submit(photo("good"))
    generator.drop(jobs[0])
    generator.submit(photo("good"))


def test_a_kill_for_want_of_memory_is_told_from_others(tmp_path: Path) -> None:
    counted = tmp_path / "vmstat"
    counted.write_text("pgfault 3\noom_kill 12\n")
    assert memory_kills_or_none(counted) == 12
    counted.write_text("pgfault 3\n")
    assert memory_kills_or_none(counted) is None
    assert memory_kills_or_none(tmp_path / "none") is None
    assert "memory was full" in WorkerKilledForMemory(-9, "").sentence


@pytest.mark.parametrize("number", [b"9" * 400, b"-9223372036854775809", b"9" * 5000])
def test_a_whole_number_without_measure_is_no_message(number: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode_worker_line(b'{"jsonrpc":"2.0","method":"memory_held","params":{"resident":' + number + b"}}")


def test_foreign_code_is_loaded_into_no_worker() -> None:
    outer = {"LD_PRELOAD": "overlay.so", "LD_AUDIT": "a.so", "DYLD_INSERT_LIBRARIES": "b.dylib", "PATH": "/bin"}
    assert worker_environment(outer) == {"PATH": "/bin"}
