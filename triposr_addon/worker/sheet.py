# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers `draw_sheet`: a folder's log becomes pages that show what came of each picture, worst first."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from triposr_addon.folder_log import CANCELLED, FAILED, MADE, FolderLog, PictureLine
from triposr_addon.protocol import DrawSheet, SheetDrawn
from triposr_addon.worker.failures import PhotoFailure
from triposr_addon.worker.photo import check_size, opened
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.review_failures import LogUnreadable
from triposr_addon.worker.sheet_causes import GOOD, POOR, likely_causes, score
from triposr_addon.worker.sheet_page import COLUMNS, LINES, PICTURE, Card, Heading, draw_page
from triposr_addon.worker.steps import Steps

LOGGER = logging.getLogger("triposr_addon")


def make_sheet(request: DrawSheet, steps: Steps) -> SheetDrawn:
    """Write the pages. Raises LogUnreadable, OutputUnwritable, Cancelled."""
    log, folder, sheet = Path(request.log_path), Path(request.folder_path), Path(request.sheet_path)
    with steps.step("draw sheet") as advance:
        lines = _shown_lines(log, folder)
        batches = [lines[at : at + COLUMNS * LINES] for at in range(0, len(lines), COLUMNS * LINES)] or [[]]
        pages = []
        for number, batch in enumerate(batches, 1):
            advance((number - 1) / len(batches))
            heading = Heading(folder.name, summary(lines), f"page {number} of {len(batches)}")
            pages.append(_page_path(sheet, number))
            _save(draw_page(heading, [_card(line, log.parent, folder) for line in batch]), pages[-1])
        _remove_pages_after(sheet, len(pages))
    return SheetDrawn([str(page) for page in pages], len(lines), steps.seconds)


def summary(lines: Sequence[PictureLine]) -> str:
    """One line about all of them."""
    made = [score(line) for line in lines if line.status == MADE]
    grades = (
        (len(lines) - len(made), "failed"),
        (sum(one < POOR for one in made), "poor"),
        (sum(POOR <= one < GOOD for one in made), "fair"),
        (sum(one >= GOOD for one in made), "good"),
    )
    counted = ", ".join(f"{number} {grade}" for number, grade in grades if number)
    explained = "Worst first. The score is how far mesh and cut-out overlap from the front, less for loose parts."
    return f"{len(lines)} pictures: {counted}. {explained}" if lines else "No picture was made yet."


def _shown_lines(log: Path, folder: Path) -> list[PictureLine]:
    """Failures, then the worst; of the same score by name."""
    try:
        latest = FolderLog(log).latest().values()
    except OSError as error:
        raise LogUnreadable(
            "The folder's log could not be read. Make the folder's meshes again.", repr(error)
        ) from error
    there = [line for line in latest if line.status != CANCELLED and _is_there(folder / line.picture)]
    return sorted(there, key=lambda line: (line.status != FAILED, score(line), line.picture))


def _is_there(path: Path) -> bool:
    """Not what no system would take for a name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _card(line: PictureLine, record: Path, folder: Path) -> Card:
    failed = line.status != MADE
    cutout = _opened_or_none(record / line.cutout) if line.cutout else _opened_or_none(folder / line.picture)
    drawing = _opened_or_none(record / line.drawing) if line.drawing else None
    return Card(
        name=line.picture.encode("utf-8", "replace").decode("utf-8"),
        cutout=cutout,
        drawing=drawing,
        score=None if failed else score(line),
        facts=line.code if failed else facts(line),
        causes=tuple(likely_causes(line)),
    )


def facts(line: PictureLine) -> str:
    """Numbers of a mesh in one line."""
    overlap = [] if line.overlap is None else [f"overlap {line.overlap:.0%}"]
    parts = [f"{line.parts} part{'' if line.parts == 1 else 's'}"] if line.parts else []
    closed = "closed" if line.closed else "open"
    return ", ".join([*overlap, *parts, closed, f"{line.triangles:,} triangles"])


def _opened_or_none(path: Path) -> Image.Image | None:
    """Small; None for what is no picture, or too large to be opened for this."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata: nobody can do anything about it here
            with opened(path) as image:
                check_size(path, *image.size)
                image.draft("RGB", (PICTURE, PICTURE))
                small = image.convert("RGBA")
    except PhotoFailure:
        return None
    except Exception as error:  # noqa: BLE001  # decoders raise whatever the damage led them to
        LOGGER.info("%s is not shown on the sheet: %r", path.name, error)
        return None
    small.thumbnail((2 * PICTURE, 2 * PICTURE))
    return small


def _page_path(sheet: Path, number: int) -> Path:
    return sheet if number == 1 else sheet.with_name(f"{sheet.stem}-{number}{sheet.suffix}")


def _remove_pages_after(sheet: Path, last: int) -> None:
    """Those of an earlier, longer sheet."""
    number = last + 1
    while (old := _page_path(sheet, number)).is_file():
        old.unlink()
        number += 1


def _save(page: Image.Image, path: Path) -> None:
    with written_aside(path) as aside:
        page.save(aside, format="PNG")
