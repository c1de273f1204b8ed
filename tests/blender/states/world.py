# SPDX-License-Identifier: GPL-3.0-or-later
"""What situations are made with, and their list."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Override = dict[str, Any]


@dataclass(frozen=True)
class World:
    """What a situation is made with. living: makes an object with a field and has it active. begin: orders a job."""

    bpy: Any
    session: Any
    folder: Path
    living: Callable[[], Any]
    begin: Callable[[str], str]

    def tick_until(self, happened: Callable[[], bool]) -> None:
        """What the timers do."""
        deadline = time.monotonic() + 60.0
        while not happened():
            assert time.monotonic() < deadline
            self.session.tick()
            time.sleep(0.005)


Situation = Callable[[World], Override | None]
SITUATIONS: dict[str, Situation] = {}


def situation(arrange: Situation) -> Situation:
    """Add it to the list, by its name."""
    SITUATIONS[arrange.__name__.replace("_", " ")] = arrange
    return arrange
