# SPDX-License-Identifier: GPL-3.0-or-later
"""How many of the jobs that wait are asked for together: what the worker wishes, and what waiting artists do."""

from __future__ import annotations

from pathlib import Path

LARGEST = 16
"""Whatever a worker says: more would have the artist wait for too many objects at once."""


class Batches:
    """The worker's wishes by model. The first picture after a rest goes alone: its object must not come later."""

    def __init__(self) -> None:
        self._wishes: dict[Path, int] = {}
        self._rested = True
        self._shunned = False

    def next_size(self, model: Path) -> int:
        """How many jobs for that model may leave the queue now; the next time there may be more."""
        rested, self._rested = self._rested, False
        return 1 if rested or self._shunned else self._wishes.get(model, 1)

    def learn(self, model: Path, wish: int) -> None:
        """The worker said so with an answer."""
        self._wishes[model] = min(max(wish, 1), LARGEST)

    def rest(self) -> None:
        """Nothing waits, nothing runs."""
        self._rested = True

    def shun(self) -> None:
        """A worker broke over several together: from now on they go one by one."""
        self._shunned = True
