# SPDX-License-Identifier: GPL-3.0-or-later
"""Several waiting jobs asked for together: who goes with whom, and that none of them pays for another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.host.waiting import MakeGenerator, Photo, tick_until
from triposr_addon.host.batches import Batches
from triposr_addon.host.failures import WorkerDied
from triposr_addon.host.field_jobs import ExtractRequest
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobState, JobView
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_process import DEFAULT_LIMITS

DONE, FAILED, CANCELLED = JobState.DONE, JobState.FAILED, JobState.CANCELLED


@pytest.fixture
def four(make: MakeGenerator) -> Generator:
    """Its worker wishes for four at once."""
    return make(best_batch=4)


def submit(generator: Generator, photo: Photo, *names: str) -> list[str]:
    return [generator.submit(photo(name)) for name in names]


def finish(generator: Generator) -> list[JobState]:
    tick_until(generator, lambda: not generator.busy())
    return [view.state for view in generator.views()]


def company(view: JobView) -> int | None:
    """How many came behind it when it was asked for; None where there is no result."""
    return int((view.result.field.parent / "followers").read_text()) if view.result is not None else None


def companies(generator: Generator) -> list[int | None]:
    return [company(view) for view in generator.views()]


def starts(storage: Storage) -> int:
    """How many workers were started."""
    return storage.worker_log_tail().count("started worker")


def group_is_under_way(generator: Generator) -> Callable[[], bool]:
    return lambda: sum(view.state is JobState.RUNNING for view in generator.views()) > 1


def test_the_first_goes_alone_and_the_others_in_fours(four: Generator, photo: Photo) -> None:
    submit(four, photo, *["good"] * 8)
    assert finish(four) == [DONE] * 8
    assert companies(four) == [0, 3, 2, 1, 0, 2, 1, 0]
    submit(four, photo, "good", "good")
    finish(four)
    assert companies(four)[8:] == [0, 0], "after a rest the first goes alone again"


def test_with_a_worker_that_wishes_for_one_all_is_as_ever(make: MakeGenerator, photo: Photo) -> None:
    generator, most = make(), 0
    submit(generator, photo, *["good"] * 4)
    while generator.busy():
        generator.tick()
        most = max(most, sum(view.state is JobState.RUNNING for view in generator.views()))
    assert most == 1
    assert companies(generator) == [0] * 4


def test_only_jobs_for_one_model_that_stand_side_by_side(four: Generator, photo: Photo, tmp_path: Path) -> None:
    def other(name: str) -> GenerationRequest:
        return dataclasses.replace(photo(name), model=tmp_path / "other")

    submit(four, photo, "good")
    for request in (photo("good"), photo("good"), other("good"), photo("good"), photo("good")):
        four.submit(request)
    assert finish(four) == [DONE] * 6
    assert companies(four) == [0, 1, 0, 0, 1, 0]


def test_a_failure_that_is_told_costs_its_own_job(four: Generator, photo: Photo, storage: Storage) -> None:
    submit(four, photo, "good", "good", "reports-failure", "reports-failure-of-mesh", "good")
    assert finish(four) == [DONE, DONE, FAILED, FAILED, DONE]
    assert starts(storage) == 1


def test_who_breaks_the_worker_with_its_photo_pays_alone(four: Generator, photo: Photo, storage: Storage) -> None:
    submit(four, photo, "good", "good", "dies", "good", "good", *["good"] * 4)
    assert finish(four) == [DONE, DONE, FAILED, *[DONE] * 6]
    assert isinstance(four.views()[2].failure, WorkerDied)
    assert companies(four) == [0, 3, None, 0, 0, 3, 2, 1, 0], "who was in its company goes alone, the others do not"
    assert starts(storage) == 2


def test_where_nobody_knows_who_it_was_each_begins_again_alone(four: Generator, photo: Photo, storage: Storage) -> None:
    submit(four, photo, "good", "good", "is-killed", "good", "good", *["good"] * 3)
    assert finish(four) == [DONE, DONE, FAILED, *[DONE] * 5]
    assert companies(four) == [0, 3, None, *[0] * 5], "and from then on they go one by one"
    assert starts(storage) == 3


def test_who_breaks_the_worker_with_its_mesh_leaves_the_others_their_fields(
    four: Generator, photo: Photo, storage: Storage
) -> None:
    submit(four, photo, "good", "dies-at-its-mesh", "good", "dies-at-its-mesh", "good", "good")
    assert finish(four) == [DONE, FAILED, DONE, FAILED, DONE, DONE]
    assert companies(four) == [0, None, 2, None, 0, 0]
    assert starts(storage) == 3


def test_who_has_its_field_is_asked_again_where_the_worker_broke_over_another(
    four: Generator, photo: Photo, storage: Storage
) -> None:
    submit(four, photo, "good", "good", "dies-when-done", "good", "good")
    assert finish(four) == [DONE] * 5
    assert companies(four) == [0, 3, 2, 1, 0]
    assert starts(storage) == 2


def test_a_silent_worker_costs_who_it_was_silent_over(make: MakeGenerator, photo: Photo) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, silence=1.5), 4)
    submit(generator, photo, "good", "good", "hangs", "good")
    assert finish(generator) == [DONE, DONE, FAILED, DONE]


def test_one_is_cancelled_and_the_others_are_made(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, cancel=60.0), 4)
    jobs = submit(generator, photo, "good", "good", "works-until-cancelled", "good")
    tick_until(generator, lambda: generator.view(jobs[2]).step == "reconstruct")
    generator.cancel(jobs[2])
    assert generator.view(jobs[2]).cancelling
    assert finish(generator) == [DONE, DONE, CANCELLED, DONE]
    assert starts(storage) == 1


def test_one_that_ends_only_in_its_own_time_is_over_at_once_and_costs_no_other(
    make: MakeGenerator, photo: Photo, storage: Storage
) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, cancel=0.2), 4)
    jobs = submit(generator, photo, "good", "good", "answers-in-a-while", "good")
    tick_until(generator, group_is_under_way(generator))
    generator.cancel(jobs[2])
    tick_until(generator, lambda: generator.view(jobs[2]).state.over)
    assert generator.view(jobs[3]).state is JobState.RUNNING
    assert finish(generator) == [DONE, DONE, CANCELLED, DONE]
    assert generator.view(jobs[2]).result is None
    assert starts(storage) == 1


def test_all_are_cancelled_although_the_worker_hears_nothing(make: MakeGenerator, photo: Photo) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, cancel=0.2), 4)
    submit(generator, photo, "good", "hangs", "good", "good", "good", "good")
    tick_until(generator, group_is_under_way(generator))
    generator.cancel_all()
    assert finish(generator) == [DONE, *[CANCELLED] * 5]
    submit(generator, photo, "good")
    assert finish(generator)[-1] is DONE


def test_one_that_is_dropped_leaves_no_files(four: Generator, photo: Photo, storage: Storage) -> None:
    jobs = submit(four, photo, "good", "good", "answers-in-a-while", "good")
    tick_until(four, group_is_under_way(four))
    four.drop(jobs[1])
    assert finish(four) == [DONE, DONE, DONE]
    for view in four.views():
        four.drop(view.id)
    assert [*storage.jobs.iterdir()] == []


def test_those_that_wait_behind_a_group_move_and_those_in_it_do_not(four: Generator, photo: Photo) -> None:
    jobs = submit(four, photo, "good", "answers-in-a-while", "good", "good", "good", "good", "good")
    tick_until(four, group_is_under_way(four))
    assert [four.can_move(job, -1) for job in jobs] == [False] * 6 + [True]
    four.move(jobs[6], -1)
    finish(four)
    assert [view.id for view in four.views()] == [*jobs[:5], jobs[6], jobs[5]]


def test_a_job_of_a_group_is_tried_again(four: Generator, photo: Photo) -> None:
    jobs = submit(four, photo, "good", "good", "reports-failure", "good")
    finish(four)
    again = four.retry(jobs[2])
    assert finish(four) == [DONE, DONE, FAILED, DONE]
    assert four.views()[2].id == again


def test_a_question_to_a_field_need_not_wait_for_the_whole_group(four: Generator, photo: Photo, tmp_path: Path) -> None:
    jobs = submit(four, photo, "good", "answers-in-a-while", "good", "good", "good")
    tick_until(four, group_is_under_way(four))
    question = four.fields.submit(ExtractRequest(tmp_path / "good.triplane.safetensors", "vase"))
    tick_until(four, lambda: four.fields.view(question).state.over)
    assert four.fields.view(question).state is DONE
    assert not four.view(jobs[-1]).state.over
    assert finish(four) == [DONE] * 5


def test_for_a_render_the_rest_of_a_group_waits(four: Generator, photo: Photo) -> None:
    jobs = submit(four, photo, "good", "answers-in-a-while", "good", "good", "good")
    tick_until(four, group_is_under_way(four))
    four.memory.paused = True
    for _ in range(500):
        four.tick()
    assert [four.view(job).state for job in jobs[1:]] == [JobState.RUNNING] * 4
    four.memory.paused = False
    assert finish(four) == [DONE] * 5


def test_a_worker_that_went_meanwhile_costs_nobody(four: Generator, photo: Photo, storage: Storage) -> None:
    submit(four, photo, "dies-when-done", *["good"] * 8)
    assert finish(four) == [DONE] * 9
    assert companies(four)[5:] == [3, 2, 1, 0]
    assert starts(storage) == 2


def test_all_of_a_group_are_told_how_long_they_take(four: Generator, photo: Photo) -> None:
    jobs = submit(four, photo, "good", "answers-in-a-while", "good", "good", "good")
    tick_until(four, group_is_under_way(four))
    left = four.times_left()
    assert list(left) == jobs[1:]
    assert list(left.values()) == sorted(left.values())
    finish(four)


def test_each_tells_its_own_share_of_the_seconds(four: Generator, photo: Photo) -> None:
    submit(four, photo, "good", "answers-in-a-while", "good", "good", "good")
    finish(four)
    assert [view.seconds for view in four.views()[1:]] == [pytest.approx(0.6)] * 4


def test_whatever_a_worker_wishes_is_kept_in_measure(tmp_path: Path) -> None:
    batches = Batches()
    for wish, taken in ((8, 8), (1_000_000, 16), (0, 1), (-5, 1)):
        batches.learn(tmp_path, wish)
        batches.next_size(tmp_path)
        assert batches.next_size(tmp_path) == taken
    batches.learn(tmp_path, 8)
    batches.rest()
    assert [batches.next_size(tmp_path) for _ in range(3)] == [1, 8, 8]
    assert batches.next_size(tmp_path / "other") == 1
    batches.shun()
    assert batches.next_size(tmp_path) == 1
