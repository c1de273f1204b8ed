# SPDX-License-Identifier: GPL-3.0-or-later
"""The named steps of one photo: how far each is, how long it took, and whether the artist still wants it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from triposr_addon.protocol import ALL_STEPS
from triposr_addon.worker.failures import Cancelled

Tell = Callable[[str, float, str], None]
"""Takes a step's name, its fraction in 0..1 and a detail for the artist (or "")."""

Advance = Callable[[float], None]
"""Takes a step's fraction; raises Cancelled when the job is."""


class Steps:
    """Runs the steps of one job. `seconds` holds each finished step's time by its name."""

    def __init__(self, tell: Tell, cancelled: Callable[[], bool]) -> None:
        self._tell = tell
        self._cancelled = cancelled
        self.seconds: dict[str, float] = {}

    @property
    def cancelled(self) -> bool:
        """Whether the artist no longer wants it."""
        return self._cancelled()

    def tell(self, name: str, fraction: float, detail: str) -> None:
        """Say how far a step is that is done for several jobs together, elsewhere."""
        self._tell(name, fraction, detail)

    @contextmanager
    def step(self, name: str, detail: str = "") -> Iterator[Advance]:
        """Enter the step `name`, one of ALL_STEPS; call the yielded function often, with the share that is done.

        detail: what the artist reads until the step is done.

        Raises Cancelled, on entry and from the yielded function.
        """
        if name not in ALL_STEPS:
            raise ValueError(f"{name!r} is not a step")
        began = time.monotonic()
        self._at(name, 0.0, detail)
        yield lambda fraction: self._at(name, fraction, detail)
        self._at(name, 1.0, "")
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - began, 4)

    def _at(self, name: str, fraction: float, detail: str) -> None:
        if self._cancelled():
            raise Cancelled
        self._tell(name, min(max(fraction, 0.0), 1.0), detail)
