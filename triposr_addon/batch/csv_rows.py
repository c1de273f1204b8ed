# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a .csv table: commas, semicolons or tabs between its cells, quotes around them where need be.

A row that breaks the rules costs no row but itself: what follows a quote that never ends is read again, line by line.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator

from triposr_addon.batch.failures import RowMalformed
from triposr_addon.batch.text_lines import LONGEST_LINE, BlockTooLong, Lines, LineTooLong

SEPARATORS = ",;\t"
MOST_LINES = 64
"""Of one row: a cell in quotes may hold line ends."""
SEPARATOR_LINE = "sep="
"""Some spreadsheets begin a table with a line that says its separator."""

_LINE_ENDS = frozenset("\r\n")

Row = tuple[int, list[str] | RowMalformed]
"""A row's number, as a spreadsheet counts it, and its cells; or what is wrong with it."""


def separator_of(header: str) -> str:
    """The one that cuts the header into the most cells. Raises csv.Error."""
    return max(SEPARATORS, key=lambda separator: len(cells_of(header, separator, strict=False)))


def cells_of(line: str, separator: str, *, strict: bool = True) -> list[str]:
    """The cells of one line. strict: quotes must match. Raises csv.Error."""
    return next(csv.reader([line], delimiter=separator, strict=strict), [])


def rows_after(lines: Lines, separator: str, number: int, single: Collection[int]) -> Iterator[Row]:
    """The rows after the first `number` ones. single: places of cells that hold no line ends. Raises OSError."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        number += 1
        lines.begin_block()
        try:
            yield number, _whole(next(reader), single)
        except StopIteration:
            return
        except (csv.Error, BlockTooLong, LineTooLong) as error:
            first = lines.give_back_all_but_first()
            yield number, _malformed(number, first, error)


def _whole(cells: list[str], single: Collection[int]) -> list[str]:
    """The cells, if no line end is where none belongs: then a quote has swallowed a row. Raises csv.Error."""
    for place in single:
        if place < len(cells) and not _LINE_ENDS.isdisjoint(cells[place]):
            raise csv.Error("a line ends within a cell of one line")
    return cells


def _malformed(number: int, first: str, error: Exception) -> RowMalformed:
    if not first:
        return RowMalformed(f"Row {number} is longer than {LONGEST_LINE} characters. Shorten it.")
    sentence = f"Row {number} has quotes that do not match, or far too much in a cell. Write it anew."
    return RowMalformed(sentence, f"{error!r} in {first[:200]!r}")
