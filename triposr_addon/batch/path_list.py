# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists with a path a line, from the list's own folder on. Empty lines and those that begin with # are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from triposr_addon.batch.entry import Denied, Entry
from triposr_addon.batch.failures import EntryFailure, RowMalformed, SourceEmpty
from triposr_addon.batch.item import Listing
from triposr_addon.batch.naming import listing_of
from triposr_addon.batch.row_path import RowPaths
from triposr_addon.batch.text_lines import LONGEST_LINE, Lines, LineTooLong, opened
from triposr_addon.protocol import PhotoSettings, SurfaceSettings


def listing_of_list(source: Path, photo: PhotoSettings, surface: SurfaceSettings) -> Listing:
    """The paths in a .txt file. source: absolute. Raises SourceEmpty, OSError."""
    paths = RowPaths(source.parent)
    entries: list[Entry] = []
    denied: list[Denied] = []
    with opened(source) as file:
        for row, told in _paths_in(Lines(file)):
            try:
                picture, within = paths.placed(_sound(told, row), row)
                entries.append(Entry(picture, told or "", within, photo, surface, row=row))
            except EntryFailure as failure:
                denied.append(Denied(failure, told or "", row=row))
    if not entries and not denied:
        raise SourceEmpty(f"{source.name} names no picture. Write a path a line.")
    return listing_of(entries, denied)


def _paths_in(lines: Lines) -> Iterator[tuple[int, str | None]]:
    """The number of each line that has a path, and the path; None for a line that is too long."""
    row = 0
    while True:
        row += 1
        lines.begin_block()
        try:
            told = next(lines).strip()
        except StopIteration:
            return
        except LineTooLong:
            yield row, None
            continue
        if told and not told.startswith("#"):
            yield row, told


def _sound(told: str | None, row: int) -> str:
    if told is None:
        raise RowMalformed(f"Row {row} is longer than {LONGEST_LINE} characters. Write a path a line.")
    return told
