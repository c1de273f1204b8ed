# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes so far and the time left, in words."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable

WINDOW_S = 20.0
SETTLED_S = 2.0
"""No guess before that much was seen."""


class Pace:
    """Follows a count of bytes towards `total`. The speed is that of the last WINDOW_S."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._seen: collections.deque[tuple[float, int]] = collections.deque()

    def seconds_left(self, done: int) -> float | None:
        """Until all bytes are there; None before that can be told. To be called with each new count."""
        now = self._clock()
        self._seen.append((now, done))
        while now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()
        seconds = now - self._seen[0][0]
        speed = (done - self._seen[0][1]) / seconds if seconds >= SETTLED_S else 0.0
        return (self._total - done) / speed if speed > 0 else None

    def words(self, done: int) -> str:
        """`412.0 of 1677.2 MB, 3 min left`."""
        left = self.seconds_left(done)
        amount = f"{done / 1e6:.1f} of {self._total / 1e6:.1f} MB"
        return amount if left is None else f"{amount}, {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
