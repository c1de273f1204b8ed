# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a library is: in a terminal a line that is redrawn, elsewhere a line now and then; each failure once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TextIO

from triposr_addon.catalogue_file import MADE, Record
from triposr_addon.worker.progress_line import ERASE_LINE

REDRAW_SECONDS, LOG_SECONDS = 0.2, 10.0
LOOK_BACK_SECONDS = 60.0
"""The rate is that of the last minute: pictures differ, and machines get warm."""


def counted_pictures(count: int) -> str:
    """`1 picture`, `2,000 pictures`."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


class LibraryProgress:
    """Counts what becomes of `total` pictures, `there` of which are made already.

    made, failed: in this run, refused entries of the source among the failed. done: pictures of this run.
    """

    def __init__(self, stream: TextIO, total: int, there: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._total = total
        self._done = there
        self._clock = clock
        self._interactive = stream.isatty()
        self._began = self._drawn_at = clock()
        self._ends: deque[float] = deque()
        self.made = self.failed = self.done = 0

    def told(self, record: Record) -> None:
        """A picture is over and done with."""
        self._done += 1
        self.done += 1
        self._ends.append(self._clock())
        if record.status == MADE:
            self.made += 1
        else:
            self.failed += 1
            self.say(f"failed: {record.id}: {record.sentence} [{record.code}]")
        self.tick()

    def refused(self, record: Record) -> None:
        """An entry of the source that is no picture at all: it failed, and is not one of the total."""
        self.failed += 1
        self.say(f"refused: {record.id}: {record.sentence} [{record.code}]")

    def tick(self) -> None:
        """Draw, if it is time to."""
        now, every = self._clock(), REDRAW_SECONDS if self._interactive else LOG_SECONDS
        if now - self._drawn_at >= every:
            self._drawn_at = now
            end = "" if self._interactive else "\n"
            self._stream.write(f"{ERASE_LINE if self._interactive else ''}{self.line()}{end}")
            self._stream.flush()

    def say(self, sentence: str) -> None:
        """A line of its own, above the one that is redrawn."""
        self.clear()
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the redrawn line away."""
        if self._interactive:
            self._stream.write(ERASE_LINE)

    def line(self) -> str:
        """Such as `1,234/2,000  61.7%  3.1 pictures/s  4 min left  2 failed`."""
        parts = [f"{self._done:,}/{self._total:,}", f"{self._done / max(self._total, 1):.1%}"]
        if rate := self._rate():
            parts += [f"{rate:.2g} pictures/s" if rate < 10 else f"{rate:.0f} pictures/s"]
            parts += [f"{duration((self._total - self._done) / rate)} left"]
        parts += [f"{self.failed} failed"] if self.failed else []
        return "  ".join(parts)

    def _rate(self) -> float:
        """Pictures per second; 0 where nothing can be said yet."""
        now = self._clock()
        since = max(self._began, now - LOOK_BACK_SECONDS)
        while self._ends and self._ends[0] < since:
            self._ends.popleft()
        return len(self._ends) / (now - since) if now - since > 1.0 else 0.0


class Looking:
    """Tells now and then how much of a library was looked at, where that takes long: on a slow disk, or a network's."""

    def __init__(self, stream: TextIO, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._total = total
        self._clock = clock
        self._told_at = clock()

    def at(self, number: int) -> None:
        """So many were looked at."""
        if number % 256 == 0 and self._clock() - self._told_at >= LOG_SECONDS:
            self._told_at = self._clock()
            self._stream.write(f"looked at {number:,} of {self._total:,}\n")
            self._stream.flush()


def duration(seconds: float) -> str:
    """In the unit that a person would take."""
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2.0 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
