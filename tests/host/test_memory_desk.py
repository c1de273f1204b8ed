# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker holds is known, and given back when asked, when idle for long, and for a render."""

from __future__ import annotations

import time

from tests.host.waiting import MakeGenerator, Photo, ends, pid, run, start_running, tick_until
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import JobState


def model_of(generator: Generator) -> str | None:
    held = generator.memory.held()
    return held.model if held is not None else None


def test_what_is_held_is_known_from_the_first_photo_on(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    assert generator.memory.held() is None
    run(generator, photo("good"))
    held = generator.memory.held()
    assert held is not None
    assert (held.model, held.resident, held.can_be_unloaded) == ("fake", 300_000_000, True)


def test_unload_takes_the_model_and_leaves_the_worker(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    run(generator, photo("good"))
    worker = pid(generator)
    generator.memory.unload()
    tick_until(generator, lambda: model_of(generator) == "")
    assert run(generator, photo("good")).state is JobState.DONE
    assert (pid(generator), model_of(generator)) == (worker, "fake")


def test_unload_without_a_worker_starts_none_and_is_not_remembered(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    generator.memory.unload()
    generator.tick()
    assert generator.worker() is None
    run(generator, photo("good"))
    assert model_of(generator) == "fake"


def test_unload_in_the_middle_of_a_job_waits_for_its_end(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = start_running(generator, photo("answers-late"))
    generator.memory.unload()
    tick_until(generator, lambda: generator.view(job).state is JobState.DONE)
    tick_until(generator, lambda: model_of(generator) == "")


def test_a_worker_that_is_idle_for_long_unloads_once(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    generator.memory.idle_limit_seconds = 0.3
    run(generator, photo("good"))
    done_at = time.monotonic()
    assert model_of(generator) == "fake"
    tick_until(generator, lambda: model_of(generator) == "")
    assert time.monotonic() - done_at > 0.25
    assert generator.ready()


def test_zero_minutes_are_never(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    run(generator, photo("good"))
    until = time.monotonic() + 0.3
    tick_until(generator, lambda: time.monotonic() > until)
    assert model_of(generator) == "fake"


def test_while_paused_no_job_begins_and_the_running_one_is_finished(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    running = start_running(generator, photo("answers-late"))
    waiting = generator.submit(photo("good"))
    generator.memory.paused = True
    tick_until(generator, lambda: generator.view(running).state is JobState.DONE)
    until = time.monotonic() + 0.2
    tick_until(generator, lambda: time.monotonic() > until)
    assert generator.view(waiting).state is JobState.WAITING
    generator.memory.paused = False
    tick_until(generator, lambda: generator.view(waiting).state is JobState.DONE)


def test_the_worker_can_be_ended_and_the_list_stays(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    first = run(generator, photo("good"))
    worker = pid(generator)
    generator.memory.stop_worker()
    assert ends(worker)
    assert (generator.worker(), generator.memory.held()) == (None, None)
    assert [view.id for view in generator.views()] == [first.id]
    assert run(generator, photo("good")).state is JobState.DONE


def test_a_worker_that_works_is_not_ended(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = start_running(generator, photo("answers-late"))
    generator.memory.stop_worker()
    tick_until(generator, lambda: generator.view(job).state is JobState.DONE)
