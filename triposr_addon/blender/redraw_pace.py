# SPDX-License-Identifier: GPL-3.0-or-later
"""How often whole 3D Views may be drawn for the ghosts' sake: so that it takes a small share of the time."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.05
"""Of the time. Where drawing takes 10 ms that is five times a second; where software draws for 0.2 s, each four."""


class RedrawPace:
    """Drawing is seen only by its lateness: the first beat after it comes late by as long as it took."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked_at: float | None = None
        self._next_at = 0.0

    def beat(self) -> None:
        """To be called at each beat of a fast timer."""
        if self._asked_at is not None:
            now = self._clock()
            self._next_at = now + (now - self._asked_at) * (1.0 - SHARE) / SHARE
            self._asked_at = None

    def allows(self) -> bool:
        """Whether it may be drawn now."""
        return self._asked_at is None and self._clock() >= self._next_at

    def asked(self) -> None:
        """Drawing was asked for; Blender does it before the next beat."""
        self._asked_at = self._clock()
