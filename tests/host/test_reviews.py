# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished mesh is held against its cut-out: at the end of a photo's job, or asked for on its own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.fakes.reviews import CAMERA
from tests.host.waiting import ENOUGH_SECONDS, MakeGenerator, Photo
from triposr_addon.host.failures import ResultUnreadable, WorkerReportedFailure
from triposr_addon.host.field_jobs import FieldJobView, ReviewRequest, SheetRequest, SheetResult
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import JobState, JobView
from triposr_addon.host.reviews import ReviewResult


def made(generator: Generator, photo: Photo, what: str) -> JobView:
    request = dataclasses.replace(photo(what), review=True)
    return generator.run_until_done(generator.submit(request), ENOUGH_SECONDS)


def asked(generator: Generator, folder: Path, what: str) -> FieldJobView:
    request = ReviewRequest(folder / f"{what}.npz", folder / "cutout.png", "vase")
    return generator.fields.run_until_done(generator.fields.submit(request), ENOUGH_SECONDS)


def test_a_photos_job_ends_with_a_review_where_that_is_wanted(make: MakeGenerator, photo: Photo) -> None:
    view = made(make(), photo, "good")
    assert (view.state, view.fraction) == (JobState.DONE, 1.0)
    assert view.result is not None
    review = view.result.review
    assert review is not None
    assert (review.picture.read_bytes(), review.thumbnail.read_bytes()) == (b"dummy drawing", b"dummy thumbnail")
    assert (review.facts.overlap_front, review.facts.overlap, review.facts.camera) == (0.8, 0.9, CAMERA)
    assert view.result.seconds["review"] == 0.4


def test_without_the_wish_there_is_none(make: MakeGenerator, photo: Photo) -> None:
    generator = make()
    view = generator.run_until_done(generator.submit(photo("good")), ENOUGH_SECONDS)
    assert view.result is not None
    assert view.result.review is None


def test_a_mesh_stays_one_where_its_review_fails(make: MakeGenerator, photo: Photo) -> None:
    view = made(make(), photo, "reports-failure-of-review")
    assert (view.state, view.failure) == (JobState.DONE, None)
    assert view.result is not None
    assert view.result.review is None


def test_a_review_on_its_own(make: MakeGenerator, tmp_path: Path) -> None:
    view = asked(make(), tmp_path, "good")
    assert (view.state, view.failure) == (JobState.DONE, None)
    assert isinstance(view.result, ReviewResult)
    assert view.result.facts.size == [0.5, 0.4, 1.0]


@pytest.mark.parametrize(
    ("what", "failure"),
    [("promises-a-drawing", ResultUnreadable), ("reports-failure-of-review", WorkerReportedFailure)],
)
def test_a_review_that_fails(make: MakeGenerator, tmp_path: Path, what: str, failure: type[Exception]) -> None:
    view = asked(make(), tmp_path, what)
    assert view.state is JobState.FAILED
    assert isinstance(view.failure, failure)


def test_a_contact_sheet_with_its_pages(make: MakeGenerator, tmp_path: Path) -> None:
    generator = make()
    request = SheetRequest(tmp_path / "log.jsonl", tmp_path, tmp_path / "contact_sheet.png", "Shelf")
    view = generator.fields.run_until_done(generator.fields.submit(request), ENOUGH_SECONDS)
    assert view.failure is None
    assert isinstance(view.result, SheetResult)
    assert [page.name for page in view.result.pages] == ["contact_sheet.png", "contact_sheet-2.png"]
    assert view.result.pictures == 17
