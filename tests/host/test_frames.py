# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo is cut out again for an object that was made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.waiting import ENOUGH_SECONDS, MakeGenerator
from triposr_addon.host.failures import ResultUnreadable, WorkerDied, WorkerReportedFailure
from triposr_addon.host.field_jobs import FieldJobView
from triposr_addon.host.frames import FrameRequest, FrameResult, frame_result
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import JobState
from triposr_addon.protocol import CutOutMade, Frame, PhotoSettings

SETTINGS = PhotoSettings("flat", 0.7)


def asked(generator: Generator, folder: Path, photo: str, upright: bool = False) -> FieldJobView:
    request = FrameRequest(folder / photo, SETTINGS, folder / "rembg", "cup", upright)
    return generator.fields.run_until_done(generator.fields.submit(request), ENOUGH_SECONDS)


@pytest.mark.parametrize("upright", [False, True])
def test_its_files_come_and_go_with_the_job(make: MakeGenerator, tmp_path: Path, upright: bool) -> None:
    generator = make()
    view = asked(generator, tmp_path, "good.png", upright)
    assert (view.state, view.fraction) == (JobState.DONE, 1.0)
    assert isinstance(view.result, FrameResult)
    assert view.result.cutout is not None
    assert view.result.cutout.is_file()
    assert (view.result.upright is not None) == upright
    generator.fields.drop(view.id)
    assert not view.result.cutout.exists()


def test_no_subject_is_no_failure_of_the_job(make: MakeGenerator, tmp_path: Path) -> None:
    view = asked(make(), tmp_path, "shows-nothing.png")
    assert isinstance(view.result, FrameResult)
    assert view.result.cutout is None
    assert view.result.warnings[0].startswith("No subject")


@pytest.mark.parametrize(
    ("photo", "failure"), [("can-not-cut-out.png", WorkerReportedFailure), ("dies-cutting-out.png", WorkerDied)]
)
def test_what_fails_is_told(make: MakeGenerator, tmp_path: Path, photo: str, failure: type[Exception]) -> None:
    assert isinstance(asked(make(), tmp_path, photo).failure, failure)


def test_a_promised_file_that_is_not_there(tmp_path: Path) -> None:
    request = FrameRequest(tmp_path / "good.png", SETTINGS, tmp_path, "cup")
    answer = CutOutMade(str(tmp_path / "cutout.png"), "", "flat", frame=Frame(1, 2, 3, 4, 5), turned=True)
    with pytest.raises(ResultUnreadable):
        frame_result(request, answer, tmp_path)
    (tmp_path / "cutout.png").write_bytes(b"x")
    assert frame_result(request, answer, tmp_path).frame == Frame(1, 2, 3, 4, 5)
    assert frame_result(request, answer, tmp_path).turned
