# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job that fails tells, and what it costs."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from tests.host.waiting import (
    MakeGenerator,
    Photo,
    pid,
    run,
    start_running,
    tick_until,
)
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
from triposr_addon.host.jobs import JobState
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_process import (
    DEFAULT_LIMITS,
)


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
    assert "Press Install" in failure.sentence


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
