# SPDX-License-Identifier: GPL-3.0-or-later
"""A contact sheet of a folder's log: worst first, failures at the top, as many pages as it takes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from triposr_addon.folder_log import FolderLog, PictureLine
from triposr_addon.protocol import DrawSheet, SheetDrawn
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.sheet import _shown_lines, facts, make_sheet, summary
from triposr_addon.worker.sheet_page import BAD, CARD_WIDTH, COLUMNS, FINE, LINES, PAGE_WIDTH, fitted, spelled, wrapped
from triposr_addon.worker.steps import Steps

LINE = PictureLine("", 1, 1, "", "made", triangles=1234, parts=1, closed=True)


@pytest.fixture
def log(tmp_path: Path) -> FolderLog:
    (tmp_path / "photos").mkdir()
    return FolderLog(tmp_path / "record" / "log.jsonl")


def note(log: FolderLog, name: str, overlap: float | None = 0.9, status: str = "made", **more: Any) -> None:
    photo = log.path.parents[1] / "photos" / name
    photo.write_bytes(b"not looked at")
    log.append(dataclasses.replace(LINE, picture=name, overlap=overlap, status=status, **more))


def drawn(log: FolderLog, name: str = "sheet.png") -> SheetDrawn:
    folder, sheet = log.path.parents[1] / "photos", log.path.with_name(name)
    request = DrawSheet("d", str(log.path), str(folder), str(sheet))
    return make_sheet(request, Steps(lambda *_told: None, lambda: False))


def colours_of(answer: SheetDrawn) -> set[tuple[int, ...]]:
    with Image.open(answer.pages[0]) as page:
        return {tuple(colour) for colour in np.unique(np.asarray(page).reshape(-1, 3), axis=0).tolist()}


def order(log: FolderLog) -> list[str]:
    return [line.picture for line in _shown_lines(log.path, log.path.parents[1] / "photos")]


def test_failures_come_first_and_then_the_worst(log: FolderLog) -> None:
    note(log, "best.png", 0.97)
    note(log, "worst.png", 0.4)
    note(log, "broken.png", None, "failed", sentence="Broken.")
    note(log, "cancelled.png", None, "cancelled")
    note(log, "gone.png", 0.5)
    (log.path.parents[1] / "photos" / "gone.png").unlink()
    assert order(log) == ["broken.png", "worst.png", "best.png"]


def test_a_page_shows_a_card_for_each(log: FolderLog) -> None:
    for name, colour in (("a.cutout.png", "red"), ("a.drawing.png", "blue")):
        path = log.path.parent / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGBA", (256, 256), colour).save(path)
    note(log, "a.png", 0.95, cutout="pictures/a.cutout.png", drawing="pictures/a.drawing.png")
    note(log, "b.png", None, "failed", sentence="Not a picture.", code="PHOTO_UNREADABLE")
    answer = drawn(log)
    assert answer.pictures == 2
    with Image.open(answer.pages[0]) as page:
        assert page.width == PAGE_WIDTH
    colours = colours_of(answer)
    assert {(255, 0, 0), (0, 0, 255), BAD, FINE} <= colours


def test_many_pictures_take_many_pages_and_later_fewer(log: FolderLog) -> None:
    for number in range(COLUMNS * LINES * 2 + 1):
        note(log, f"{number:02}.png")
    pages = [Path(page) for page in drawn(log).pages]
    assert [page.name for page in pages] == ["sheet.png", "sheet-2.png", "sheet-3.png"]
    for photo in sorted((log.path.parents[1] / "photos").iterdir())[3:]:
        photo.unlink()
    assert [Path(page).name for page in drawn(log).pages] == ["sheet.png"]
    assert sorted(path.name for path in log.path.parent.iterdir()) == ["log.jsonl", "sheet.png"]


def test_an_empty_log_gives_a_page_that_says_so(log: FolderLog) -> None:
    log.path.parent.mkdir()
    assert drawn(log).pictures == 0
    assert summary([]) == "No picture was made yet."


def test_the_summary_counts_grades(log: FolderLog) -> None:
    for name, overlap in (("a", 0.95), ("b", 0.9), ("c", 0.75), ("d", 0.3)):
        note(log, name, overlap)
    note(log, "e", None, "failed")
    told = summary(_shown_lines(log.path, log.path.parents[1] / "photos"))
    assert told.startswith("5 pictures: 1 failed, 1 poor, 1 fair, 2 good. Worst first.")


def test_the_facts_of_a_mesh_fit_in_a_line() -> None:
    line = dataclasses.replace(LINE, overlap=0.934, parts=2)
    assert facts(line) == "overlap 93%, 2 parts, closed, 1,234 triangles"


def test_a_failure_shows_its_photo_where_that_can_be_opened(log: FolderLog) -> None:
    note(log, "green.png", None, "failed", sentence="No subject was found.")
    Image.new("RGB", (64, 64), (0, 200, 0)).save(log.path.parents[1] / "photos" / "green.png")
    assert (0, 200, 0) in colours_of(drawn(log))


def test_text_that_is_too_long_is_shortened_in_its_middle() -> None:
    name = "a very long name of a photo that nobody could read in one line anyway.jpeg"
    short = fitted(name, 16, 200)
    assert len(short) < len(name)
    assert (short[:6], short[-5:]) == ("a very", ".jpeg")
    assert fitted("cup.png", 16, 200) == "cup.png"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("M\u00fcsli \u00c4 caf\u00e9.png", "Musli A cafe.png"),
        ("Mu\u0308sli.png", "Musli.png"),  # as a Mac's file system spells it
        ("Stra\u00dfe.png", "Strasse.png"),
        ("\u732b \u2026 cup-1_(2).jpg", "? \u2026 cup-1_(2).jpg"),
    ],
)
def test_names_are_spelled_in_letters_that_the_font_has(name: str, shown: str) -> None:
    assert spelled(name) == shown
    assert fitted(name, 13, 1000) == shown


def test_sentences_are_broken_into_lines() -> None:
    lines = wrapped(["one two three " * 6, "last"], 13, CARD_WIDTH, 3)
    assert len(lines) == 3
    assert wrapped(["short", "also short"], 13, CARD_WIDTH, 3) == ["short", "also short"]


def test_a_log_that_can_not_be_read_is_named(log: FolderLog) -> None:
    log.path.mkdir(parents=True)
    with pytest.raises(WorkerFailure, match="log could not be read"):
        drawn(log)
