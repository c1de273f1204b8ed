# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs from photo to mesh with a real (fake) worker process, and what a bad one costs."""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from triposr_addon.host.failures import (
    HostFailure,
    JobTookTooLong,
    ResultUnreadable,
    StorageUnwritable,
    WorkerAnsweredGarbage,
    WorkerBabbled,
    WorkerDidNotStart,
    WorkerDied,
    WorkerLineCut,
    WorkerMissing,
    WorkerReportedFailure,
    WorkerSilent,
    WorkerVersionDiffers,
)
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobState, JobView
from triposr_addon.host.progress import ALL_STEPS, START_WORKER
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.host.worker_process import DEFAULT_LIMITS, Limits

ENOUGH_SECONDS = 60.0
Photo = Callable[[str], GenerationRequest]
MakeGenerator = Callable[..., Generator]


@pytest.fixture
def make(storage: Storage, fake_worker: Callable[[str], WorkerCommand]) -> Iterator[MakeGenerator]:
    """make(START, limits): a Generator whose workers start that way; stopped after the test."""
    made: list[Generator] = []

    def make_generator(start: str = "starts", limits: Limits = DEFAULT_LIMITS) -> Generator:
        made.append(Generator(storage, device="cpu", command=fake_worker(start), limits=limits))
        return made[-1]

    yield make_generator
    for generator in made:
        generator.stop()


def run(generator: Generator, request: GenerationRequest) -> JobView:
    return generator.run_until_done(generator.submit(request), ENOUGH_SECONDS)


def tick_until(generator: Generator, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not condition():
        assert time.monotonic() < deadline, generator.views()
        generator.tick()
        time.sleep(0.01)


def start_running(generator: Generator, request: GenerationRequest, step: str = "reconstruct") -> str:
    """Submit, and tick until the job has come to `step`."""
    job = generator.submit(request)
    tick_until(generator, lambda: generator.view(job).step == step)
    return job


def pid(generator: Generator) -> int:
    worker = generator.worker()
    assert worker is not None
    return worker.pid


def job_folders(storage: Storage) -> list[Path]:
    return [*storage.jobs.iterdir()] if storage.jobs.exists() else []


# --- a good worker ---------------------------------------------------------------------------------------------------


def test_a_photo_becomes_a_mesh(make: MakeGenerator, photo: Photo) -> None:
    view = run(make(), photo("good"))
    assert view.failure is None
    assert view.state is JobState.DONE
    assert (view.fraction, view.step_fraction, view.cancelling) == (1.0, 1.0, False)
    result = view.result
    assert result is not None
    assert result.mesh.read_bytes() == b"dummy mesh"
    assert result.field.read_bytes() == b"dummy field"
    assert result.cutout.read_bytes() == b"dummy cut-out"
    assert (result.vertices, result.triangles, result.closed) == (4, 4, True)
    assert (result.model_name, result.model_sha256, result.device) == ("fake", "ab" * 32, "cpu")
    assert dict(result.seconds) == {"load photo": 0.1, "reconstruct": 0.2, "extract": 0.3}
    assert result.warnings == ("The photo is small.",)


def test_progress_names_every_step_and_never_goes_back(make: MakeGenerator, photo: Photo) -> None:
    generator, views = make(), list[JobView]()
    generator.run_until_done(generator.submit(photo("good")), ENOUGH_SECONDS, views.append)
    fractions = [view.fraction for view in views]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert views[0].step == START_WORKER
    assert {view.step for view in views} <= set(ALL_STEPS)
    assert [view.state for view in views[:-1]] == [JobState.RUNNING] * (len(views) - 1)


def test_wild_fractions_stay_within_the_bar(make: MakeGenerator, photo: Photo) -> None:
    generator, views = make(), list[JobView]()
    generator.run_until_done(generator.submit(photo("tells-wild-fractions")), ENOUGH_SECONDS, views.append)
    fractions = [view.fraction for view in views]
    assert fractions == sorted(fractions)
    assert all(0.0 <= view.step_fraction <= 1.0 for view in views)


def test_a_view_does_not_change(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    waiting = generator.view(generator.submit(photo("good")))
    tick_until(generator, lambda: not generator.busy())
    assert waiting.state is JobState.WAITING
    with pytest.raises(dataclasses.FrozenInstanceError):
        waiting.state = JobState.DONE  # type: ignore[misc]  # that it can't be written is the point


def test_the_second_photo_finds_the_worker_warm(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    run(generator, photo("good"))
    first = pid(generator)
    views = list[JobView]()
    generator.run_until_done(generator.submit(photo("good")), ENOUGH_SECONDS, views.append)
    assert pid(generator) == first
    assert START_WORKER not in {view.step for view in views}


def test_photos_are_done_in_order_one_at_a_time(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    jobs = [generator.submit(photo("good")) for _ in range(3)]
    assert generator.busy()
    running: list[int] = []
    while generator.busy():
        generator.tick()
        states = [view.state for view in generator.views()]
        running.append(states.count(JobState.RUNNING))
        assert states == sorted(states, key=[JobState.DONE, JobState.RUNNING, JobState.WAITING].index)
        time.sleep(0.01)
    assert set(running) <= {0, 1}
    assert [view.id for view in generator.views()] == jobs
    assert {view.state for view in generator.views()} == {JobState.DONE}


def test_a_waiting_job_shows_no_step_and_no_time(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    view = generator.view(generator.submit(photo("good")))
    assert (view.step, view.fraction, view.seconds, view.detail) == ("", 0.0, 0.0, "")


def test_the_time_of_a_job_that_is_over_stands_still(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    view = run(generator, photo("good"))
    assert view.seconds > 0.0
    time.sleep(0.05)
    assert generator.view(view.id).seconds == view.seconds


def test_unload_keeps_the_worker(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    generator.unload()
    run(generator, photo("good"))
    first = pid(generator)
    generator.unload()
    view = run(generator, photo("good"))
    assert view.state is JobState.DONE
    assert pid(generator) == first


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_jobs_files_are_private_and_go_with_it(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    view = run(generator, photo("good"))
    assert view.result is not None
    folder = view.result.mesh.parent
    assert folder.parent == storage.jobs
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    generator.drop(view.id)
    assert job_folders(storage) == []
    with pytest.raises(KeyError):
        generator.view(view.id)


def test_dropping_one_job_leaves_all_else_alone(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    storage.jobs.mkdir(parents=True)
    stranger = storage.jobs / "somebody's.txt"
    stranger.write_text("not ours")
    generator = make()
    first, second = run(generator, photo("good")), run(generator, photo("good"))
    generator.drop(first.id)
    assert second.result is not None
    assert second.result.mesh.exists()
    assert stranger.exists()


def test_dropping_a_running_job_removes_its_files_once_it_is_over(
    make: MakeGenerator, photo: Photo, storage: Storage
) -> None:
    generator = make()
    job = start_running(generator, photo("works-until-cancelled"))
    generator.drop(job)
    assert generator.views() == ()
    tick_until(generator, lambda: not generator.busy())
    assert job_folders(storage) == []
    assert run(generator, photo("good")).state is JobState.DONE


def test_stop_leaves_no_process_and_no_file(make: MakeGenerator, photo: Photo, storage: Storage) -> None:
    generator = make()
    run(generator, photo("good"))
    start_running(generator, photo("hangs"))
    generator.submit(photo("good"))
    worker = pid(generator)
    generator.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert generator.views() == ()
    assert not generator.busy()
    assert generator.worker() is None
    assert job_folders(storage) == []


# --- cancel ----------------------------------------------------------------------------------------------------------


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


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("dies", WorkerDied),
        ("is-killed", WorkerDied),
        ("cuts-a-line", WorkerLineCut),
        ("babbles", WorkerBabbled),
        ("writes-a-gigantic-line", WorkerBabbled),
        ("answers-a-stranger", WorkerAnsweredGarbage),
        ("answers-with-wrong-fields", WorkerAnsweredGarbage),
        ("answers-twice", WorkerAnsweredGarbage),
    ],
)
def test_a_failed_worker_costs_its_job_only(
    make: MakeGenerator, photo: Photo, storage: Storage, what: str, kind: type[HostFailure]
) -> None:
    generator = make()
    before, bad, after = (generator.submit(photo(name)) for name in ("good", what, "good"))
    tick_until(generator, lambda: not generator.busy())
    assert generator.view(before).state is JobState.DONE
    failed = generator.view(bad)
    assert failed.state is JobState.FAILED
    assert failed.result is None
    assert type(failed.failure) is kind
    assert generator.view(after).state is JobState.DONE
    assert f"{failed.failure.code}: {failed.failure.sentence}" in storage.worker_log_tail()


def test_a_silent_worker_costs_its_job_only(make: MakeGenerator, photo: Photo) -> None:
    generator = make("starts", dataclasses.replace(DEFAULT_LIMITS, silence=3.0))
    assert type(run(generator, photo("hangs")).failure) is WorkerSilent
    assert run(generator, photo("good")).state is JobState.DONE


@pytest.mark.parametrize(
    ("what", "code"), [("reports-failure", "PHOTO_UNREADABLE"), ("reports-failure-of-mesh", "SURFACE_EMPTY")]
)
def test_a_reported_failure_costs_not_even_the_worker(make: MakeGenerator, photo: Photo, what: str, code: str) -> None:
    generator = make()
    failure = run(generator, photo(what)).failure
    assert type(failure) is WorkerReportedFailure
    assert failure.code == code
    worker = pid(generator)
    assert run(generator, photo("good")).state is JobState.DONE
    assert pid(generator) == worker


@pytest.mark.parametrize(("what", "reason"), [("makes-no-mesh", "No such file"), ("makes-empty-mesh", "it is empty")])
def test_a_promised_file_that_is_not_there(make: MakeGenerator, photo: Photo, what: str, reason: str) -> None:
    view = run(make(), photo(what))
    assert view.state is JobState.FAILED
    assert type(view.failure) is ResultUnreadable
    assert reason in view.failure.sentence


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("dies", WorkerDied),
        ("hangs", WorkerSilent),
        ("speaks-another-version", WorkerVersionDiffers),
        ("refuses", WorkerReportedFailure),
    ],
)
def test_a_worker_that_never_comes_up(make: MakeGenerator, photo: Photo, start: str, kind: type[HostFailure]) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, start=0.5) if start == "hangs" else DEFAULT_LIMITS
    generator = make(start, limits)
    view = run(generator, photo("good"))
    assert view.state is JobState.FAILED
    assert type(view.failure) is kind
    assert generator.worker() is None


def test_an_environment_that_is_not_installed(storage: Storage, photo: Photo) -> None:
    generator = Generator(storage)
    failure = run(generator, photo("good")).failure
    generator.stop()
    assert type(failure) is WorkerMissing
    assert "say how to install it" in failure.sentence


def test_a_python_that_the_artist_named_and_that_is_not_there(storage: Storage, photo: Photo, tmp_path: Path) -> None:
    generator = Generator(dataclasses.replace(storage, python=tmp_path / "no-python"))
    failure = run(generator, photo("good")).failure
    generator.stop()
    assert type(failure) is WorkerDidNotStart
    assert "no-python" in failure.details


def test_a_storage_that_is_a_file(storage: Storage, make: MakeGenerator, photo: Photo) -> None:
    storage.root.write_text("in the way")
    view = run(make(), photo("good"))
    assert type(view.failure) is StorageUnwritable
    assert "choose another data folder" in view.failure.sentence


def test_an_idle_worker_that_dies_is_replaced(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    run(generator, photo("good"))
    first = pid(generator)
    os.kill(first, 9)
    tick_until(generator, lambda: generator.worker() is None)
    assert run(generator, photo("good")).state is JobState.DONE
    assert pid(generator) != first


def test_a_job_that_takes_too_long(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    job = start_running(generator, photo("hangs"))
    waiting = generator.submit(photo("good"))
    assert type(generator.run_until_done(waiting, 0.2).failure) is JobTookTooLong
    assert generator.view(job).state is JobState.RUNNING
    failure = generator.run_until_done(job, 0.2).failure
    assert type(failure) is JobTookTooLong
    assert "reconstruct" in failure.details
    assert generator.worker() is None
    assert run(generator, photo("good")).state is JobState.DONE
