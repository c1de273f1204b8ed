# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a list or a table, one after the other in little memory, whatever they hold.

UTF-8 with or without its mark, or UTF-16 with it, as spreadsheets write Unicode. Bytes that are no UTF-8 become half
surrogates, as in paths. A line has its end with it.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LONGEST_LINE = 1 << 20
"""Characters."""


class LineTooLong(Exception):
    """Over LONGEST_LINE characters; the lines behind it can be read all the same."""


class BlockTooLong(Exception):
    """More lines in one block than it may have."""


class Lines:
    """Iterates over a file's lines. A block of them, as those of one quoted cell, can be given back but for the first.

    most: lines in a block.
    """

    def __init__(self, file: TextIO, most: int = 1) -> None:
        self._file, self._most = file, most
        self._block: list[str | None] = []
        self._waiting: deque[str | None] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises LineTooLong, BlockTooLong, OSError."""
        if len(self._block) == self._most:
            raise BlockTooLong
        line = self._waiting.popleft() if self._waiting else self._read()
        if line == "":
            raise StopIteration
        self._block.append(line)
        if line is None:
            raise LineTooLong
        return line

    def begin_block(self) -> None:
        """The next line is the first of a block."""
        self._block.clear()

    def give_back_all_but_first(self) -> str:
        """The first line of the block, empty if it is too long; the others come again, to be blocks of their own."""
        first, *others = self._block
        self._waiting.extendleft(reversed(others))
        self._block.clear()
        return first or ""

    def _read(self) -> str | None:
        """The next line; None for one that is too long, empty after the last."""
        line = more = self._file.readline(LONGEST_LINE)
        while len(more) == LONGEST_LINE and more[-1] not in "\r\n":
            more = self._file.readline(LONGEST_LINE)
        return line if more is line else None


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The file as text, with line ends as they are. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(3)
    encoding, errors = "utf-8-sig", "surrogateescape"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, errors = "utf-16", "replace"
    with path.open(encoding=encoding, errors=errors, newline="") as text:
        yield text
