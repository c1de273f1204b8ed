# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a worker ready before the first job: it helps the job that comes, and hurts none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.host.waiting import (
    ENOUGH_SECONDS,
    MakeGenerator,
    Photo,
    ends,
    pid,
    run,
    start_running,
    tick_until,
)
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobState
from triposr_addon.host.progress import START_WORKER
from triposr_addon.host.storage import Storage


def warm_up(generator: Generator, request: GenerationRequest, model: Path | None = None) -> None:
    generator.warm_up(model or request.model, request.photo, "auto")


def wait_until_logged(storage: Storage, words: str, generator: Generator) -> None:
    tick_until(generator, lambda: storage.worker_log.path.exists() and words in storage.worker_log_tail())


def test_the_worker_is_ready_before_the_first_job(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator, steps = make(), set[str]()
    warm_up(generator, photo("good"))
    assert not generator.busy()
    assert not generator.ready()
    tick_until(generator, generator.ready)
    assert "warmed up, seconds: {'load model': 0.25}" in storage.worker_log_tail()
    worker = pid(generator)
    view = generator.run_until_done(generator.submit(photo("good")), ENOUGH_SECONDS, lambda view: steps.add(view.step))
    assert view.state is JobState.DONE
    assert pid(generator) == worker
    assert START_WORKER not in steps


def test_nobody_need_tick_while_it_warms_up(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    warm_up(generator, photo("good"))
    time.sleep(1.0)
    generator.tick()
    wait_until_logged(storage, "warmed up", generator)


def test_a_job_waits_for_the_warm_up_of_its_model_and_shows_it(make: MakeGenerator, photo: Photo) -> None:
    generator, told = make(), set[tuple[str, str]]()
    warm_up(generator, photo("warms-up-slowly"))
    view = generator.run_until_done(
        generator.submit(photo("good")), ENOUGH_SECONDS, lambda view: told.add((view.step, view.detail))
    )
    assert view.state is JobState.DONE
    assert ("load model", "half of it") in told


def test_a_job_of_another_model_does_not_wait_for_it(make: MakeGenerator, photo: Photo, tmp_path: Path) -> None:
    generator = make()
    warm_up(generator, photo("warms-up-until-cancelled"), tmp_path / "another model")
    assert run(generator, photo("good")).state is JobState.DONE


def test_another_choice_takes_the_first_ones_place(
    make: MakeGenerator, photo: Photo, storage: Storage, tmp_path: Path
) -> None:
    generator = make()
    warm_up(generator, photo("warms-up-until-cancelled"), tmp_path / "another model")
    warm_up(generator, photo("good"))
    wait_until_logged(storage, "warmed up", generator)
    assert "CANCELLED" not in storage.worker_log_tail()


def test_the_same_choice_twice_is_one(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    warm_up(generator, photo("warms-up-slowly"))
    warm_up(generator, photo("warms-up-slowly"))
    run(generator, photo("good"))
    assert storage.worker_log_tail().count("warmed up") == 1


@pytest.mark.parametrize("what", ["dies-warming-up", "can-not-warm-up"])
def test_a_failed_warm_up_is_logged_and_costs_no_job(
    make: MakeGenerator, photo: Photo, storage: Storage, what: str
) -> None:
    generator = make()
    warm_up(generator, photo(what))
    code = "WORKER_DIED" if what == "dies-warming-up" else "MODEL_FILE_MISSING"
    wait_until_logged(storage, code, generator)
    assert run(generator, photo("good")).state is JobState.DONE


def test_without_an_environment_nothing_is_started_and_the_log_says_why(photo: Photo, storage: Storage) -> None:
    generator = Generator(storage)
    warm_up(generator, photo("good"))
    generator.tick()
    assert generator.worker() is None
    assert "WORKER_MISSING" in storage.worker_log_tail()


def test_a_running_job_is_left_alone(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    job = start_running(generator, photo("works-until-cancelled"))
    warm_up(generator, photo("good"))
    generator.cancel(job)
    tick_until(generator, lambda: not generator.busy())
    assert "warmed up" not in storage.worker_log_tail()


def test_a_job_that_is_cancelled_while_it_waits_leaves_the_worker_getting_ready(
    make: MakeGenerator, photo: Photo, storage: Storage
) -> None:
    generator = make()
    warm_up(generator, photo("warms-up-slowly"))
    job = generator.submit(photo("good"))
    tick_until(generator, lambda: generator.view(job).step == "load model")
    worker = pid(generator)
    generator.cancel(job)
    assert generator.view(job).state is JobState.CANCELLED
    wait_until_logged(storage, "warmed up", generator)
    assert pid(generator) == worker


def test_stop_ends_a_worker_that_warms_up(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    warm_up(generator, photo("warms-up-until-cancelled"))
    tick_until(generator, lambda: generator.worker() is not None)
    worker = pid(generator)
    generator.stop()
    assert ends(worker)
