# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command says while it works: on a terminal one line drawn anew, elsewhere a line for each step."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TextIO

from ..host.failures import HostFailure
from ..host.jobs import JobView
from ..shards import Shard

REDRAW_SECONDS = 0.1
ERASE_LINE = "\r\x1b[K"


class CommandWords:
    """Speaks on `stream`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._total = stream, 0
        self._interactive = stream.isatty()
        self._told: tuple[int, str] = (0, "")
        self._drawn_at = 0.0

    def begins(self, total: int, shard: Shard | None = None) -> None:
        """So many pictures are to be made, which are this shard's."""
        self._total = total
        if shard is not None:
            self._line(f"shard {shard}: {total} picture{'' if total == 1 else 's'}")

    def progress(self, number: int, view: JobView, seconds_left: float | None) -> None:
        """How far the picture is; number: from 1."""
        if not self._interactive:
            if view.step and (number, view.step) != self._told:
                self._told = (number, view.step)
                self._write(f"{self._head(number, view.request.name)} {view.step}\n")
        elif time.monotonic() - self._drawn_at >= REDRAW_SECONDS:
            self._drawn_at = time.monotonic()
            left = f", about {seconds_left:.0f} s left" if seconds_left is not None else ""
            head = self._head(number, view.request.name)
            self._write(f"{ERASE_LINE}{head} {view.step} {view.fraction:.0%}{left}")

    def done(self, number: int, name: str, notice: str) -> None:
        """An object came of it."""
        self._line(f"{self._head(number, name)} {notice}")

    def asset(self, words: str) -> None:
        """A game asset was made of it."""
        self._line(words)

    def warning(self, name: str, sentence: str) -> None:
        """What the artist may want to know about a picture that was made."""
        self._line(f"warning: {name}: {sentence}")

    def failed(self, name: str, failure: HostFailure) -> None:
        """Nothing came of it."""
        self._line(f"failed: {name}: {failure.code}: {failure.sentence}")

    def missing(self, name: str, code: str, sentence: str) -> None:
        """A picture that no shard could make."""
        self._line(f"missing: {name}: {code}: {sentence}")

    def merged(self, made: int, total: int, files: tuple[Path, ...]) -> None:
        """The last lines of a merge. files: what it has written."""
        for file in files:
            self._line(f"written: {file}")
        self._line(f"{made} of {total} there, {total - made} missing")

    def ended(self, made: int, there: int, stopped: bool) -> None:
        """The last line. there: how many were left out because their files are there."""
        left_out = f", {there} there already" if there else ""
        self._line(f"{made} of {self._total} made{left_out}{', then stopped' if stopped else ''}")

    def _head(self, number: int, name: str) -> str:
        return f"[{number}/{self._total}] {name}:"

    def _line(self, text: str) -> None:
        self._write(f"{ERASE_LINE if self._interactive else ''}{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
