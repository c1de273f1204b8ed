# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress of a command: on a terminal a bar redrawn in place, elsewhere one line for each finished step."""

from __future__ import annotations

import time
from typing import TextIO

BAR_CELLS = 24
REDRAW_SECONDS = 0.1
ERASE_LINE = "\r\x1b[K"


class ProgressLine:
    """Shows the steps of one thing, named `title`, on `stream`."""

    def __init__(self, stream: TextIO, title: str) -> None:
        self._stream = stream
        self._title = title
        self._interactive = stream.isatty()
        self._drawn_at = 0.0
        self._began_at = time.monotonic()

    def tell(self, step: str, fraction: float, detail: str) -> None:
        """Take a step's progress, as Steps tells it."""
        if self._interactive:
            self._redraw(step, fraction, detail)
        elif fraction == 0.0:
            self._began_at = time.monotonic()
        elif fraction == 1.0:
            self._stream.write(f"{self._title}: {step} {time.monotonic() - self._began_at:.1f} s\n")

    def finish(self) -> None:
        """Clear the bar, so that what is said next stands on a line of its own."""
        if self._interactive:
            self._stream.write(ERASE_LINE)
            self._stream.flush()

    def _redraw(self, step: str, fraction: float, detail: str) -> None:
        now = time.monotonic()
        if 0.0 < fraction < 1.0 and now - self._drawn_at < REDRAW_SECONDS:
            return
        self._drawn_at = now
        done = round(fraction * BAR_CELLS)
        bar = "#" * done + "-" * (BAR_CELLS - done)
        self._stream.write(f"{ERASE_LINE}{self._title}  [{bar}] {fraction:4.0%}  {step}{' ' * bool(detail)}{detail}")
        self._stream.flush()
