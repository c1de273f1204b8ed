# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables with a row for each picture: its path, its id, settings of its own. A row that can't be is denied by name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from triposr_addon.batch.columns import Columns, columns_of
from triposr_addon.batch.csv_rows import MOST_LINES, SEPARATOR_LINE, Row, cells_of, rows_after, separator_of
from triposr_addon.batch.entry import Denied, Entry
from triposr_addon.batch.failures import (
    EntryFailure,
    RowIdInvalid,
    RowMalformed,
    RowNotUtf8,
    RowSettingInvalid,
    RowWithoutPath,
    SourceEmpty,
    SourceUnreadable,
)
from triposr_addon.batch.id_text import LONGEST_ID, is_sound_id, same_spelling
from triposr_addon.batch.item import Listing
from triposr_addon.batch.naming import listing_of
from triposr_addon.batch.row_path import RowPaths, has_odd_bytes
from triposr_addon.batch.row_settings import RowSettings
from triposr_addon.batch.text_lines import Lines, LineTooLong, opened
from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.worker.failures import SettingsInvalid


class Manifest:
    """Makes entries of the rows of one table. source: the table's absolute path."""

    def __init__(self, source: Path, header: Sequence[str], photo: PhotoSettings, surface: SurfaceSettings) -> None:
        self.columns: Columns = columns_of(header, source.name)
        self._source = source
        self._places = tuple(self.columns.settings.values())
        self._settings = RowSettings(tuple(self.columns.settings), photo, surface, source.parent)
        self._paths = RowPaths(source.parent)

    def listing(self, rows: Iterable[Row]) -> Listing:
        """All rows but those that are empty. Raises SourceEmpty."""
        entries: list[Entry] = []
        denied: list[Denied] = []
        for number, cells in rows:
            made = self._made(number, cells)
            if isinstance(made, Entry):
                entries.append(made)
            elif made is not None:
                denied.append(made)
        if not entries and not denied:
            raise SourceEmpty(f"{self._source.name} has a header and no rows. Add a row for each picture.")
        return listing_of(entries, denied, self.columns.warnings(self._source.name))

    def _made(self, number: int, cells: list[str] | RowMalformed) -> Entry | Denied | None:
        if isinstance(cells, RowMalformed):
            return Denied(cells, row=number)
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            return None
        cells += [""] * (self.columns.count - len(cells))  # spreadsheets leave out empty cells at the end
        return self._entry(number, cells)

    def _entry(self, number: int, cells: list[str]) -> Entry | Denied:
        told, within, item_id = cells[self.columns.path], "", ""
        try:
            self._check_count(number, cells)
            item_id = self._id(number, cells)
            if not told:
                raise RowWithoutPath(f"Row {number} has no path. Fill it in, or remove the row.")
            picture, within = self._paths.placed(told, number)
            settings = self._settings.of(tuple([cells[place] for place in self._places]))
        except SettingsInvalid as failure:
            named = RowSettingInvalid(f"Row {number}: {failure.sentence} Change the cell, or empty it.")
            return Denied(named, told, within, item_id, number)
        except EntryFailure as failure:
            return Denied(failure, told, within, item_id, number)
        return Entry(picture, told, within, settings.photo, settings.surface, item_id, number, settings.own)

    def _check_count(self, number: int, cells: list[str]) -> None:
        if len(cells) > self.columns.count and any(cells[self.columns.count :]):
            raise RowMalformed(
                f"Row {number} has {len(cells)} cells, but there are {self.columns.count} columns. Put quotes around a "
                "cell that holds the separator."
            )

    def _id(self, number: int, cells: list[str]) -> str:
        """Empty where the row gives none. Raises RowIdInvalid, RowNotUtf8."""
        text = same_spelling(cells[self.columns.id]) if self.columns.id is not None else ""
        if has_odd_bytes(text):
            raise RowNotUtf8(f"The id in row {number} is not UTF-8 text. Save the list as UTF-8.")
        if text and not is_sound_id(text):
            raise RowIdInvalid(
                f"The id in row {number} must be at most {LONGEST_ID} characters, all of them visible. Give it "
                "another one."
            )
        return text


def listing_of_csv(source: Path, photo: PhotoSettings, surface: SurfaceSettings) -> Listing:
    """The rows of a .csv or .tsv table. source: absolute. Raises SourceFailure, OSError."""
    with opened(source) as file:
        lines = Lines(file, MOST_LINES)
        try:
            header, separator, number = _header(lines)
        except (csv.Error, LineTooLong) as error:
            sentence = (
                f"The first line of {source.name} can't be read. Name the columns there; one must be called path."
            )
            raise SourceUnreadable(sentence, repr(error)) from error
        manifest = Manifest(source, header, photo, surface)
        return manifest.listing(rows_after(lines, separator, number, manifest.columns.needed))


def _header(lines: Lines) -> tuple[list[str], str, int]:
    """The names of the columns, the separator, and in which row they stand. Raises csv.Error, LineTooLong."""
    separator = ""
    for number, line in enumerate(lines, 1):
        lines.begin_block()
        said = line.strip("\r\n").lower()
        if said.startswith(SEPARATOR_LINE) and len(said) == len(SEPARATOR_LINE) + 1:
            separator = said[-1]
        elif said.strip():
            separator = separator or separator_of(line)
            return cells_of(line, separator), separator, number
    return [], ",", 0
