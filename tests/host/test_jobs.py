# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job asks the worker for, and when it is over. Its way through the worker is in test_generation.py."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from triposr_addon.host.failures import ResultUnreadable
from triposr_addon.host.jobs import BEGINS_AGAIN, GenerationRequest, Job, JobState
from triposr_addon.protocol import Extracted, PhotoSettings, Reconstructed, SurfaceSettings

PHOTO, SURFACE = PhotoSettings("flat", 0.7), SurfaceSettings(64, 0.39)
EXTRACTED = Extracted("mesh.npz", 4, 4, True, {"extract": 0.5, "colour": 0.25})


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job that has begun in `tmp_path`."""
    job = Job("j1", GenerationRequest(Path("photo.png"), Path("model"), "teapot", PHOTO, SURFACE))
    job.begin(tmp_path)
    return job


def test_waiting_and_running_are_not_over() -> None:
    assert {state for state in JobState if not state.over} == {JobState.WAITING, JobState.RUNNING}


def test_the_requests_carry_every_setting_and_whole_paths(job: Job, tmp_path: Path) -> None:
    reconstruct, extract = job.reconstruct(), job.extract()
    assert (reconstruct.job, extract.job) == ("j1", "j1")
    assert (reconstruct.settings, extract.settings) == (PHOTO, SURFACE)
    assert (reconstruct.photo_path, reconstruct.model_folder) == (
        str(Path.cwd() / "photo.png"),
        str(Path.cwd() / "model"),
    )
    assert reconstruct.field_path == extract.field_path
    files = [Path(path) for path in (reconstruct.field_path, reconstruct.cutout_path, extract.mesh_path)]
    assert {path.parent for path in files} == {tmp_path}
    assert [path.name for path in files] == ["field.triplane.safetensors", "cutout.png", "mesh.npz"]


def test_a_finished_job_has_the_seconds_of_both_halves(job: Job, tmp_path: Path) -> None:
    for name in ("field.triplane.safetensors", "cutout.png", "mesh.npz"):
        (tmp_path / name).write_text("x")
    job.reconstructed = Reconstructed("f", "preview", "ab", "cpu", {"reconstruct": 1.5}, ["dark"])
    job.take(EXTRACTED)
    job.finish()
    result = job.view().result
    assert job.state is JobState.DONE
    assert result is not None
    assert dict(result.seconds) == {"reconstruct": 1.5, "extract": 0.5, "colour": 0.25}
    with pytest.raises(TypeError):
        result.seconds["extract"] = 0.0  # type: ignore[index]  # that it can't be written is the point


def test_a_finished_job_warns_of_both_halves_and_of_nothing_twice(job: Job, tmp_path: Path) -> None:
    for name in ("field.triplane.safetensors", "cutout.png", "mesh.npz"):
        (tmp_path / name).write_text("x")
    job.reconstructed = Reconstructed("f", "preview", "ab", "cpu", warnings=["dark", "little memory"])
    job.take(dataclasses.replace(EXTRACTED, warnings=["little memory", "smaller steps"]))
    job.finish()
    result = job.view().result
    assert result is not None
    assert result.warnings == ("dark", "little memory", "smaller steps")


@pytest.mark.parametrize("missing", ["field.triplane.safetensors", "cutout.png", "mesh.npz"])
def test_a_job_without_all_its_files_has_failed(job: Job, tmp_path: Path, missing: str) -> None:
    for name in {"field.triplane.safetensors", "cutout.png", "mesh.npz"} - {missing}:
        (tmp_path / name).write_text("x")
    job.reconstructed = Reconstructed("f", "preview", "ab", "cpu")
    job.take(EXTRACTED)
    job.finish()
    assert job.state is JobState.FAILED
    assert isinstance(job.failure, ResultUnreadable)
    assert missing in job.failure.sentence
    assert job.view().fraction < 1.0


def test_a_job_at_rest_looks_the_same_and_one_that_begins_again_does_not(tmp_path: Path) -> None:
    job = Job("j1", GenerationRequest(Path("photo.png"), Path("model"), "teapot", PHOTO, SURFACE))
    waiting = job.view()
    assert job.view() is waiting
    job.begin(tmp_path, on_kept_worker=True)
    assert job.view().state is JobState.RUNNING
    began_well = job.may_begin_again
    assert began_well
    job.wait_again()
    assert (job.view().state, job.view().notice) == (JobState.WAITING, BEGINS_AGAIN)
    job.begin(tmp_path)
    job.worker_looks("")
    assert job.view().notice == BEGINS_AGAIN
    job.told("load photo", 0.5, "almost there")
    job.worker_looks("")
    assert (job.view().notice, job.view().detail) == ("", "almost there")
    assert not job.may_begin_again
    job.cancelled()
    assert job.view().state is JobState.CANCELLED
    assert job.view() is job.view()
