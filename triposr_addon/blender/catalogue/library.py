# SPDX-License-Identifier: GPL-3.0-or-later
"""A catalogue that was opened: of each picture what a list shows, and where in the file the rest of it stands.

A hundred thousand whole records would take half a gigabyte, so a row has only what is sorted and filtered by.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ...catalogue_file import CATALOGUE_NAME, LONGEST_LINE_BYTES, MADE, Record, record_or_none
from .failures import CatalogueChanged, CatalogueEmpty, CatalogueMissing

LINES_AT_ONCE = 64
"""A few milliseconds of reading."""
UNKNOWN = -1.0


class Row(NamedTuple):
    """id; place: of its line in the file, in bytes. overlap: 0..1, or UNKNOWN. thumbnail: within the library."""

    id: str
    place: int
    made: bool
    warned: bool
    triangles: int
    overlap: float
    thumbnail: str


@dataclass(frozen=True)
class Library:
    """rows: in the catalogue's order. passed_over: lines that are no records."""

    path: Path
    rows: Sequence[Row]
    passed_over: int = 0

    @property
    def folder(self) -> Path:
        """Where all its files lie."""
        return self.path.parent

    @property
    def name(self) -> str:
        """For the artist."""
        return self.folder.name or str(self.folder)

    def record(self, number: int) -> Record:
        """All that is known of a row, read again. Raises CatalogueMissing, CatalogueChanged."""
        row = self.rows[number]
        try:
            with self.path.open("rb") as file:
                file.seek(row.place)
                record = record_or_none(file.readline(LONGEST_LINE_BYTES))
        except OSError as error:
            raise CatalogueMissing(self.path, error) from error
        if record is None or record.id != row.id:
            raise CatalogueChanged(self.path)
        return record


Reading = Generator[float, None, Library]


def catalogue_in(chosen: Path) -> Path:
    """The catalogue that is meant by a file, or by the folder that has it."""
    return chosen / CATALOGUE_NAME if chosen.is_dir() else chosen


def reading(path: Path) -> Reading:
    """Read a catalogue in pieces of a few milliseconds; yields how far it is, 0..1.

    Raises CatalogueMissing, CatalogueEmpty.
    """
    rows: list[Row] = []
    passed_over = 0
    try:
        with path.open("rb") as file:
            size = max(os.fstat(file.fileno()).st_size, 1)
            while True:
                found, others, over = _some_rows(file)
                rows += found
                passed_over += others
                if over:
                    break
                yield min(file.tell() / size, 1.0)
    except OSError as error:
        raise CatalogueMissing(path, error) from error
    if not rows:
        raise CatalogueEmpty(path)
    return Library(path, rows, passed_over)


def _some_rows(file: BinaryIO) -> tuple[list[Row], int, bool]:
    """Rows of the next lines, how many of them were none, and whether the file is at its end."""
    rows: list[Row] = []
    others = 0
    for _ in range(LINES_AT_ONCE):
        place = file.tell()
        line = file.readline(LONGEST_LINE_BYTES)
        if not line:
            return rows, others, True
        record = record_or_none(line)
        if record is not None:
            rows.append(_row(record, place))
        elif line.strip():
            others += 1
    return rows, others, False


def _row(record: Record, place: int) -> Row:
    return Row(
        record.id,
        place,
        record.status == MADE,
        bool(record.warnings),
        record.triangles,
        UNKNOWN if record.overlap is None else record.overlap,
        "/".join(part for part in (record.folder, record.thumbnail) if part) if record.thumbnail else "",
    )
