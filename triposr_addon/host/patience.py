# SPDX-License-Identifier: GPL-3.0-or-later
"""How long somebody has waited, in time that was really spent looking."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_UNWATCHED_SECONDS = 2.0
"""A Blender that was busy, or a machine that slept, did not look: no more of that counts as waiting."""

Clock = Callable[[], float]


class Patience:
    """Counts seconds from the last `start_again()`. A clock that jumps counts for LONGEST_UNWATCHED_SECONDS at most."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._seconds = 0.0
        self._looked_at = clock()

    def start_again(self) -> None:
        """What was waited for has come."""
        self._seconds, self._looked_at = 0.0, self._clock()

    def seconds(self) -> float:
        """Look: how long it has been until now."""
        now = self._clock()
        self._seconds += min(max(now - self._looked_at, 0.0), LONGEST_UNWATCHED_SECONDS)
        self._looked_at = now
        return self._seconds
