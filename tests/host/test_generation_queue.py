# SPDX-License-Identifier: GPL-3.0-or-later
"""Several photos at once: one warm worker, an order that can be changed, and a second try."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.host.waiting import ENOUGH_SECONDS, MakeGenerator, Photo, pid, run, start_running, tick_until
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import JobState
from triposr_addon.host.storage import Storage


def states(generator: Generator) -> list[JobState]:
    return [view.state for view in generator.views()]


def names(generator: Generator) -> list[str]:
    return [view.request.name for view in generator.views()]


def test_all_photos_of_a_queue_share_one_worker(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    for _ in range(4):
        generator.submit(photo("good"))
    tick_until(generator, lambda: not generator.busy())
    assert states(generator) == [JobState.DONE] * 4
    assert storage.worker_log_tail().count("started worker") == 1


def test_one_that_kills_the_worker_costs_the_others_nothing(
    make: MakeGenerator, photo: Photo, storage: Storage
) -> None:
    generator = make()
    for what in ("good", "dies", "good", "reports-failure", "good"):
        generator.submit(photo(what))
    tick_until(generator, lambda: not generator.busy())
    done, failed = JobState.DONE, JobState.FAILED
    assert states(generator) == [done, failed, done, failed, done]
    assert storage.worker_log_tail().count("started worker") == 2


def test_the_order_of_what_waits_is_the_order_of_the_work(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    running = start_running(generator, photo("works-until-cancelled"))
    first, second = generator.submit(photo("good")), generator.submit(photo("tells-wild-fractions"))
    assert generator.can_move(second, -1)
    generator.move(second, -1)
    assert names(generator) == ["works-until-cancelled", "tells-wild-fractions", "good"]
    assert not generator.can_move(second, -1)
    generator.cancel(running)
    tick_until(generator, lambda: generator.view(second).state is JobState.DONE)
    assert not generator.view(first).state.over
    tick_until(generator, lambda: not generator.busy())


def test_a_second_try_takes_the_place_of_the_first(
    make: MakeGenerator, photo: Photo, storage: Storage, tmp_path: Path
) -> None:
    generator = make()
    asked = photo("reports-failure")
    failed = run(generator, asked).id
    run(generator, photo("good"))
    again = generator.retry(failed)
    assert again != failed
    assert names(generator) == ["reports-failure", "good"]
    assert generator.view(again).request == asked
    assert generator.view(again).state is JobState.WAITING
    with pytest.raises(KeyError):
        generator.view(failed)
    view = generator.run_until_done(again, ENOUGH_SECONDS)
    assert view.failure is not None
    assert view.failure.code == "PHOTO_UNREADABLE"
    assert len([*storage.jobs.iterdir()]) == 2, "the first try's files are gone"


def test_only_what_is_over_is_tried_again(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = generator.submit(photo("good"))
    with pytest.raises(ValueError, match="not over"):
        generator.retry(job)
    generator.cancel(job)
    assert run_all(generator, generator.retry(job)) is JobState.DONE


def run_all(generator: Generator, job: str) -> JobState:
    return generator.run_until_done(job, ENOUGH_SECONDS).state


def test_a_released_job_stays_in_the_list_without_files(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    view = run(generator, photo("good"))
    generator.release(view.id)
    assert generator.view(view.id) == view
    assert [*storage.jobs.iterdir()] == []
    generator.drop(view.id)
    assert generator.views() == ()


def test_times_left_come_with_the_first_job_that_is_done(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    waiting = generator.submit(photo("good"))
    assert generator.times_left() == {}
    tick_until(generator, lambda: not generator.busy())
    assert generator.times_left() == {}
    waiting = generator.submit(photo("good"))
    assert generator.times_left() == {waiting: pytest.approx(0.6)}, "the fake's seconds"
    tick_until(generator, lambda: not generator.busy())


def test_a_new_generator_takes_over_the_list_of_what_is_over(
    make: MakeGenerator, photo: Photo, storage: Storage
) -> None:
    old, new = make(), make()
    done, failed = run(old, photo("good")), run(old, photo("reports-failure"))
    old.release(done.id)
    waiting = old.submit(photo("good"))
    worker = pid(old)
    new.adopt(old)
    old.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert new.views() == (done, failed)
    assert waiting not in {view.id for view in new.views()}
    assert [*storage.jobs.iterdir()] == []
    again = new.retry(failed.id)
    assert new.run_until_done(again, ENOUGH_SECONDS).state is JobState.FAILED
