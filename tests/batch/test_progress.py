# SPDX-License-Identifier: GPL-3.0-or-later
"""The line that says how far a library is."""

from __future__ import annotations

import io

from triposr_addon.batch.progress import LibraryProgress, duration
from triposr_addon.catalogue_file import FAILED, MADE, Record

MUG = Record("mug", "mug.png", MADE)
BAD = Record("bad", "bad.png", FAILED, "PHOTO_EMPTY", "bad.png is empty.")


class Clock:
    """Goes on by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that can be redrawn."""

    def isatty(self) -> bool:
        return True


def test_in_a_log_a_line_comes_every_ten_seconds_and_each_failure_once() -> None:
    log, clock = io.StringIO(), Clock()
    progress = LibraryProgress(log, 2000, there=100, clock=clock)
    for second in range(25):
        clock.now = float(second)
        progress.told(MUG)
    progress.told(BAD)
    assert log.getvalue().splitlines() == [
        "111/2,000  5.5%  1.1 pictures/s  29 min left",
        "121/2,000  6.0%  1.1 pictures/s  30 min left",
        "failed: bad: bad.png is empty. [PHOTO_EMPTY]",
    ]


def test_in_a_terminal_the_line_is_redrawn_in_place() -> None:
    terminal, clock = Terminal(), Clock()
    progress = LibraryProgress(terminal, 4, clock=clock)
    clock.now = 2.0
    progress.told(MUG)
    progress.told(MUG)  # too soon to draw again
    assert terminal.getvalue() == "\r\x1b[K1/4  25.0%  0.5 pictures/s  6 s left"


def test_the_rate_is_that_of_the_last_minute() -> None:
    clock = Clock()
    progress = LibraryProgress(io.StringIO(), 1000, clock=clock)
    for second in range(200):
        clock.now = float(second)
        if second < 100 or second % 10 == 0:  # it gets slower
            progress.told(MUG)
    assert "0.1 pictures/s" in progress.line()


def test_durations_are_told_as_people_do() -> None:
    assert [duration(seconds) for seconds in (0.4, 119, 121, 7300, 200_000)] == [
        "0 s",
        "119 s",
        "2 min",
        "2 h",
        "2 days",
    ]
