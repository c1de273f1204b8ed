# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to fields: before photos, without a model, the newest for each subject; and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.host.waiting import ENOUGH_SECONDS, MakeGenerator, Photo, pid, run, start_running, tick_until
from triposr_addon.host.cut_outs import CutOutRequest, CutOutState
from triposr_addon.host.field_jobs import ColoursRequest, ColoursResult, ExtractRequest, FieldJobView, MeshResult
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import JobState
from triposr_addon.host.storage import Storage
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

MakeRequest = Callable[..., ExtractRequest]


@pytest.fixture
def mesh_of(tmp_path: Path) -> MakeRequest:
    """mesh_of(WHAT, subject): a request whose field makes the fake worker do that; see fields.py."""
    return lambda what, subject="": ExtractRequest(
        tmp_path / f"{what}.triplane.safetensors", "vase", SurfaceSettings(96), subject
    )


def answered(generator: Generator, request: ExtractRequest | ColoursRequest) -> FieldJobView:
    return generator.fields.run_until_done(generator.fields.submit(request), ENOUGH_SECONDS)


def begun(generator: Generator, request: ExtractRequest) -> str:
    """Submit, and tick until the worker is at it."""
    job = generator.fields.submit(request)
    tick_until(generator, lambda: generator.fields.view(job).step == "colour")
    return job


def folders(storage: Storage) -> list[Path]:
    return [*storage.jobs.iterdir()] if storage.jobs.exists() else []


def test_a_field_becomes_a_mesh(make: MakeGenerator, mesh_of: MakeRequest) -> None:
    view = answered(make(), mesh_of("good"))
    assert (view.failure, view.state, view.fraction) == (None, JobState.DONE, 1.0)
    result = view.result
    assert isinstance(result, MeshResult)
    assert result.mesh.read_text() == "good.triplane.safetensors"
    assert (result.vertices, result.triangles, result.closed, result.device) == (96, 4, True, "cpu")
    assert (dict(result.seconds), result.warnings) == ({"extract": 0.3}, ("Little memory.",))


def test_points_become_colours(make: MakeGenerator, tmp_path: Path) -> None:
    view = answered(make(), ColoursRequest(tmp_path / "good.field", tmp_path / "points.npz", "vase"))
    assert view.state is JobState.DONE
    assert isinstance(view.result, ColoursResult)
    assert view.result.colours.read_text() == "good.field"
    assert view.result.points == 5


def test_a_worker_that_got_ready_answers(make: MakeGenerator, mesh_of: MakeRequest) -> None:
    generator = make()
    generator.fields.get_ready()
    tick_until(generator, generator.ready)
    worker = pid(generator)
    assert answered(generator, mesh_of("good")).state is JobState.DONE
    generator.fields.get_ready()
    assert pid(generator) == worker


def test_getting_ready_without_an_environment_is_only_logged(storage: Storage) -> None:
    Generator(storage).fields.get_ready()
    assert "not got ready: WORKER_MISSING" in storage.worker_log_tail()


def test_progress_begins_with_the_start_of_the_worker_and_never_goes_back(
    make: MakeGenerator, mesh_of: MakeRequest
) -> None:
    generator, views = make("starts-slowly"), list[FieldJobView]()
    job = generator.fields.submit(mesh_of("good"))
    generator.fields.run_until_done(job, ENOUGH_SECONDS, views.append)
    assert views[0].step == "start worker"
    fractions = [view.fraction for view in views]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_photos_and_fields_share_a_worker(make: MakeGenerator, photo: Photo, mesh_of: MakeRequest) -> None:
    generator = make()
    run(generator, photo("good"))
    worker = pid(generator)
    answered(generator, mesh_of("good"))
    assert run(generator, photo("good")).state is JobState.DONE
    assert pid(generator) == worker
    assert len(generator.views()) == 2
    assert len(generator.fields.views()) == 1


def test_a_field_goes_before_photos_that_wait(make: MakeGenerator, photo: Photo, mesh_of: MakeRequest) -> None:
    generator = make()
    first = start_running(generator, photo("works-until-cancelled"))
    second = generator.submit(photo("good"))
    question = generator.fields.submit(mesh_of("good"))
    generator.tick()
    assert generator.fields.view(question).state is JobState.WAITING
    generator.cancel(first)
    tick_until(generator, lambda: generator.fields.view(question).state.over)
    assert not generator.view(second).state.over
    tick_until(generator, lambda: generator.view(second).state.over)
    assert generator.view(second).state is JobState.DONE


def test_the_newest_for_a_subject_replaces_one_that_waits(
    make: MakeGenerator, photo: Photo, mesh_of: MakeRequest
) -> None:
    generator = make()
    running = start_running(generator, photo("works-until-cancelled"))
    jobs = [generator.fields.submit(mesh_of("good", subject)) for subject in ("vase", "mug", "vase", "", "")]
    states = [generator.fields.view(job).state for job in jobs]
    assert states == [JobState.CANCELLED, *[JobState.WAITING] * 4]
    generator.cancel(running)
    tick_until(generator, lambda: not generator.busy())
    states = [generator.fields.view(job).state for job in jobs]
    assert states == [JobState.CANCELLED, *[JobState.DONE] * 4]


@pytest.mark.parametrize("what", ["works-until-cancelled", "answers-although-cancelled"])
def test_the_newest_for_a_subject_replaces_one_that_runs(make: MakeGenerator, mesh_of: MakeRequest, what: str) -> None:
    generator = make()
    older = begun(generator, mesh_of(what, "vase"))
    worker = pid(generator)
    newer = generator.fields.submit(mesh_of("another", "vase"))
    assert generator.fields.view(older).state is JobState.CANCELLED
    view = generator.fields.run_until_done(newer, ENOUGH_SECONDS)
    assert isinstance(view.result, MeshResult)
    assert view.result.mesh.read_text() == "another.triplane.safetensors"
    assert generator.fields.view(older).state is JobState.CANCELLED
    assert pid(generator) == worker


def test_colours_do_not_replace_a_mesh(make: MakeGenerator, mesh_of: MakeRequest, tmp_path: Path) -> None:
    generator = make()
    mesh = generator.fields.submit(mesh_of("good", "vase"))
    colours = ColoursRequest(tmp_path / "good.field", tmp_path / "points.npz", "vase", subject="vase")
    answered(generator, colours)
    assert generator.fields.view(mesh).state is JobState.DONE


def test_cancel_is_at_once_and_the_worker_lives(make: MakeGenerator, mesh_of: MakeRequest) -> None:
    generator = make()
    job = begun(generator, mesh_of("works-until-cancelled"))
    worker = pid(generator)
    generator.fields.cancel(job)
    assert generator.fields.view(job).state is JobState.CANCELLED
    tick_until(generator, generator.ready)
    assert pid(generator) == worker
    assert not generator.busy()


def test_a_worker_that_ignores_a_cancel_is_replaced(make: MakeGenerator, mesh_of: MakeRequest) -> None:
    generator = make()
    job = begun(generator, mesh_of("never-answers"))
    worker = pid(generator)
    generator.fields.cancel(job)
    assert answered(generator, mesh_of("good")).state is JobState.DONE
    assert pid(generator) != worker


def test_before_the_worker_is_there_a_cancel_frees_the_desk(make: MakeGenerator, mesh_of: MakeRequest) -> None:
    generator = make("starts-slowly")
    job = generator.fields.submit(mesh_of("good"))
    generator.tick()
    generator.fields.cancel(job)
    assert not generator.busy()
    assert answered(generator, mesh_of("another")).state is JobState.DONE


def test_dropping_removes_the_files(make: MakeGenerator, mesh_of: MakeRequest, storage: Storage) -> None:
    generator = make()
    view = answered(generator, mesh_of("good"))
    generator.fields.drop(view.id)
    assert folders(storage) == []
    with pytest.raises(KeyError):
        generator.fields.view(view.id)


def test_files_of_a_dropped_one_that_runs_go_when_the_worker_lets_go(
    make: MakeGenerator, mesh_of: MakeRequest, storage: Storage
) -> None:
    generator = make()
    job = begun(generator, mesh_of("answers-although-cancelled"))
    generator.fields.drop(job)
    assert len(folders(storage)) == 1
    tick_until(generator, lambda: not generator.busy())
    assert folders(storage) == []


@pytest.mark.parametrize(
    ("what", "code"),
    [("is-no-field", "FIELD_FILE_UNREADABLE"), ("promises-a-file", "RESULT_UNREADABLE"), ("dies", "WORKER_DIED")],
)
def test_a_failure_is_named_and_the_next_question_is_answered(
    make: MakeGenerator, mesh_of: MakeRequest, what: str, code: str
) -> None:
    generator = make()
    view = answered(generator, mesh_of(what))
    assert view.state is JobState.FAILED
    assert view.failure is not None
    assert view.failure.code == code
    assert answered(generator, mesh_of("good")).state is JobState.DONE


def test_without_an_environment_the_question_fails_by_name(storage: Storage, mesh_of: MakeRequest) -> None:
    view = answered(Generator(storage), mesh_of("good"))
    assert view.failure is not None
    assert view.failure.code == "WORKER_MISSING"


def test_a_limit_is_kept(make: MakeGenerator, mesh_of: MakeRequest, photo: Photo) -> None:
    generator = make()
    job = begun(generator, mesh_of("never-answers", "vase"))
    view = generator.fields.run_until_done(job, 0.2)
    assert view.failure is not None
    assert view.failure.code == "JOB_TOOK_TOO_LONG"
    assert run(generator, photo("good")).state is JobState.DONE


def test_a_cut_out_makes_way(make: MakeGenerator, mesh_of: MakeRequest, tmp_path: Path) -> None:
    generator = make()
    generator.cut_outs.ask(CutOutRequest(tmp_path / "cuts-out-until-cancelled.png", PhotoSettings()))
    tick_until(generator, lambda: seen(generator) is CutOutState.RUNNING)
    assert answered(generator, mesh_of("good")).state is JobState.DONE
    tick_until(generator, lambda: seen(generator) is CutOutState.RUNNING)


def seen(generator: Generator) -> CutOutState:
    view = generator.cut_outs.view()
    assert view is not None
    return view.state


@pytest.mark.parametrize("what", ["good", "works-until-cancelled"])
def test_stop_leaves_no_file(make: MakeGenerator, mesh_of: MakeRequest, storage: Storage, what: str) -> None:
    generator = make()
    job = generator.fields.submit(mesh_of(what))
    tick_until(generator, lambda: generator.fields.view(job).step in ("colour", "orient"))
    generator.stop()
    assert folders(storage) == []
    assert generator.fields.views() == ()
    assert not generator.busy()
