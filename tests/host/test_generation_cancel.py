# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel: at once where nothing is under way, else within the limit, at the worker's cost if need be."""

from __future__ import annotations

import dataclasses
import os

import pytest

from tests.host.waiting import (
    ENOUGH_SECONDS,
    MakeGenerator,
    Photo,
    pid,
    run,
    start_running,
    tick_until,
)
from triposr_addon.host.jobs import JobState, JobView
from triposr_addon.host.progress import START_WORKER
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_process import (
    DEFAULT_LIMITS,
)


def test_cancel_of_a_waiting_job(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = generator.submit(photo("good"))
    generator.cancel(job)
    assert generator.view(job).state is JobState.CANCELLED
    assert not generator.busy()


def test_cancel_while_the_worker_starts_keeps_the_worker(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make("starts-slowly")
    job = start_running(generator, photo("good"), START_WORKER)
    generator.cancel(job)
    assert generator.view(job).state is JobState.CANCELLED
    views = list[JobView]()
    generator.run_until_done(generator.submit(photo("good")), ENOUGH_SECONDS, views.append)
    assert views[-1].state is JobState.DONE
    assert storage.worker_log_tail().count("started worker") == 1


def test_cancel_that_the_worker_follows_keeps_the_worker(make: MakeGenerator, photo: Photo) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, cancel=ENOUGH_SECONDS))
    job = start_running(generator, photo("works-until-cancelled"))
    worker = pid(generator)
    generator.cancel(job)
    assert generator.view(job).cancelling
    assert generator.view(job).state is JobState.RUNNING
    tick_until(generator, lambda: generator.view(job).state.over)
    view = generator.view(job)
    assert (view.state, view.result, view.failure, view.cancelling) == (JobState.CANCELLED, None, None, False)
    assert run(generator, photo("good")).state is JobState.DONE
    assert pid(generator) == worker


def test_cancel_that_the_worker_ignores_costs_the_worker(make: MakeGenerator, photo: Photo) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, cancel=0.2))
    job = start_running(generator, photo("hangs"))
    worker = pid(generator)
    generator.cancel(job)
    tick_until(generator, lambda: generator.view(job).state.over)
    assert generator.view(job).state is JobState.CANCELLED
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert run(generator, photo("good")).state is JobState.DONE
    assert pid(generator) != worker


def test_an_answer_after_cancel_is_no_result(make: MakeGenerator, photo: Photo) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, cancel=ENOUGH_SECONDS))
    job = start_running(generator, photo("answers-although-cancelled"))
    generator.cancel(job)
    tick_until(generator, lambda: generator.view(job).state.over)
    assert generator.view(job).state is JobState.CANCELLED
    assert generator.view(job).result is None
    assert run(generator, photo("good")).state is JobState.DONE


def test_cancel_of_a_job_that_is_over_changes_nothing(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    view = run(generator, photo("good"))
    generator.cancel(view.id)
    assert generator.view(view.id) == view


def test_cancel_all(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    start_running(generator, photo("works-until-cancelled"))
    generator.submit(photo("good"))
    generator.cancel_all()
    tick_until(generator, lambda: not generator.busy())
    assert {view.state for view in generator.views()} == {JobState.CANCELLED}
