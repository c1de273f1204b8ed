# SPDX-License-Identifier: GPL-3.0-or-later
"""A go at a folder: what is to do, what came of it, and what the log keeps."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.host.waiting import ENOUGH_SECONDS, MakeGenerator
from triposr_addon.folder_log import CANCELLED, FAILED, MADE, FolderLog
from triposr_addon.host.folder_run import FolderRun, Outcome, Which, to_do
from triposr_addon.host.jobs import GenerationRequest, JobView
from triposr_addon.host.storage import Storage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With three pictures: two good ones, one that is none."""
    made = tmp_path / "Vases & Co"
    (made / "deep").mkdir(parents=True)
    for name in ("good_1.png", "reports-failure.png", "deep/good_2.png"):
        (made / name).write_bytes(name.encode())
    return made


@pytest.fixture
def log(tmp_path: Path) -> FolderLog:
    return FolderLog(tmp_path / "record" / "log.jsonl")


def pictures_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.png"))


def run_of(folder: Path, log: FolderLog) -> FolderRun:
    times = iter(range(100))
    return FolderRun(folder, log, pictures_of(folder), clock=lambda: float(next(times)))


def over(make: MakeGenerator, picture: Path) -> JobView:
    generator = make()
    request = GenerationRequest(picture, picture.parent, picture.stem, review=True)
    return generator.run_until_done(generator.submit(request), ENOUGH_SECONDS)


def outcome(view: JobView) -> Outcome:
    name = view.request.name if view.result is not None else ""
    return Outcome(view, view.failure, name, "/art/shelf.blend", {"height": 1.0})


def test_a_made_picture_is_in_the_log_with_all_that_is_known(make: MakeGenerator, folder: Path, log: FolderLog) -> None:
    run = run_of(folder, log)
    run.take_in(outcome(over(make, folder / "good_1.png")))
    line = log.latest()["good_1.png"]
    assert (line.status, line.object, line.blend, line.settings) == (
        MADE,
        "good_1",
        "/art/shelf.blend",
        {"height": 1.0},
    )
    assert (line.triangles, line.parts, line.closed, line.overlap) == (4, 2, True, 0.8)
    assert line.review["camera"]["elevation"] == 10.0
    assert (line.bytes, line.warnings) == (len("good_1.png"), ("The photo is small.",))
    assert line.seconds["review"] == 0.4
    assert (log.path.parent / line.cutout).read_bytes() == b"dummy thumbnail"
    assert (log.path.parent / line.drawing).read_bytes() == b"dummy drawing"


def test_a_failure_is_named_and_the_others_come(make: MakeGenerator, folder: Path, log: FolderLog) -> None:
    run = run_of(folder, log)
    for picture in run.pictures:
        assert not run.over
        run.take_in(outcome(over(make, picture)))
    assert run.over
    assert [(line.picture, bool(line.sentence)) for line in run.failed()] == [("reports-failure.png", True)]
    assert log.latest()["reports-failure.png"].code == run.failed()[0].code != ""
    assert run.summary().startswith("2 of 3 made, 1 failed, in ")


def test_what_is_tried_again_counts_once(make: MakeGenerator, folder: Path, log: FolderLog) -> None:
    run, picture = run_of(folder, log), folder / "reports-failure.png"
    run.take_in(outcome(over(make, picture)))
    good = dataclasses.replace(over(make, folder / "good_1.png"), request=GenerationRequest(picture, folder, "vase"))
    run.take_in(outcome(good))
    assert (run.count(MADE), run.count(FAILED), run.done) == (1, 0, 1)


def test_what_was_given_up_is_cancelled(folder: Path, log: FolderLog) -> None:
    run = run_of(folder, log)
    for picture in run.pictures:
        run.give_up(picture)
    assert run.over
    assert run.count(CANCELLED) == 3
    assert {line.status for line in log.latest().values()} == {CANCELLED}


def test_a_full_disk_keeps_no_object_from_coming(make: MakeGenerator, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = run_of(folder, FolderLog(tmp_path / "file" / "log.jsonl"))
    run.take_in(outcome(over(make, folder / "good_1.png")))
    assert run.count(MADE) == 1
    assert run.log_failure is not None
    assert run.log_failure.code == "LOG_UNWRITABLE"


@pytest.mark.parametrize(
    ("which", "here", "left"),
    [
        (Which.ALL, ["good_1.png"], ["deep/good_2.png", "good_1.png", "reports-failure.png"]),
        (Which.NEW, [], ["reports-failure.png"]),
        (Which.MISSING, ["good_1.png"], ["deep/good_2.png", "reports-failure.png"]),
    ],
)
def test_which_pictures_are_to_do(
    make: MakeGenerator, folder: Path, log: FolderLog, which: Which, here: list[str], left: list[str]
) -> None:
    run = run_of(folder, log)
    for picture in run.pictures:
        run.take_in(outcome(over(make, picture)))
    rest = to_do(folder, pictures_of(folder), log.latest(), which, {folder / name for name in here})
    assert [path.relative_to(folder).as_posix() for path in rest] == left


def test_a_picture_that_changed_is_new(make: MakeGenerator, folder: Path, log: FolderLog) -> None:
    picture = folder / "good_1.png"
    run_of(folder, log).take_in(outcome(over(make, picture)))
    assert to_do(folder, [picture], log.latest(), Which.NEW, set()) == []
    picture.write_bytes(b"another picture")
    assert to_do(folder, [picture], log.latest(), Which.NEW, set()) == [picture]


def test_each_folder_has_a_record_of_its_own(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    one, other = (storage.folder_record(tmp_path / where / "Vases & Co") for where in ("a", "b"))
    assert one != other
    assert one.name.startswith("Vases___Co-")
    assert one == storage.folder_record(tmp_path / "a" / "Vases & Co")
