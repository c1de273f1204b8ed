# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs from photo to mesh with a real (fake) worker process, and what becomes of their files."""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
import time
from pathlib import Path

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
from triposr_addon.host.progress import ALL_STEPS, START_WORKER
from triposr_addon.host.storage import Storage


def job_folders(storage: Storage) -> list[Path]:
    return [*storage.jobs.iterdir()] if storage.jobs.exists() else []


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
    generator.memory.unload()
    run(generator, photo("good"))
    first = pid(generator)
    generator.memory.unload()
    view = run(generator, photo("good"))
    assert view.state is JobState.DONE
    assert pid(generator) == first


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
