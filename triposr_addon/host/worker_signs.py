# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to say about a worker that owes an answer and gives no sign: long before the host gives it up.

It beats once a second while it works (protocol.Heartbeat). No beat: it is suspended, or the machine is too busy to let
it run. Beats without work done and without progress: it waits for something.
"""

from __future__ import annotations

import time
from pathlib import Path

from .patience import Clock, Patience

QUIET_SECONDS = 3.0
"""Of silence, before the artist reads about it. Beats come every second."""
STUCK_SECONDS = 4.0
"""Without progress, in which it took less of the processor than LEAST_WORK."""
LEAST_WORK = 0.4
"""Of STUCK_SECONDS: the beats alone, and whoever spins while waiting, take less than that."""

WAIT_OR_CANCEL = "Wait, or press Cancel and try again."
SUSPENDED = "TripoSR's process was suspended. It goes on as soon as it is continued; Cancel ends it."
STARTING = "TripoSR's process is still starting. The first time after an installation takes longest."
QUIET = f"TripoSR's process does not react. Perhaps the computer is too busy. {WAIT_OR_CANCEL}"
STUCK = f"TripoSR's process waits for something, such as a slow disk or the graphics card. {WAIT_OR_CANCEL}"


class WorkerSigns:
    """Hears what the worker says, and has a sentence where that is too little."""

    def __init__(self, pid: int, clock: Clock = time.monotonic) -> None:
        self._stat = Path(f"/proc/{pid}/stat")
        self._silence = Patience(clock)
        self._standstill = Patience(clock)
        self._worked = 0.0

    def begin(self) -> None:
        """It is asked for something after a time of rest."""
        self.moved()

    def beat(self, cpu_seconds: float) -> None:
        """It runs; `cpu_seconds` of the processor's time so far."""
        self._silence.start_again()
        if cpu_seconds - self._worked > LEAST_WORK:
            self._worked = cpu_seconds
            self._standstill.start_again()

    def moved(self) -> None:
        """It said something about its work."""
        self._silence.start_again()
        self._standstill.start_again()

    def notice(self, starting: bool) -> str:
        """One or two sentences for the artist; empty where all is well. `starting`: it has not been ready yet."""
        silence, standstill = self._silence.seconds(), self._standstill.seconds()
        if silence > QUIET_SECONDS and is_suspended(self._stat):
            return SUSPENDED
        if silence > QUIET_SECONDS:
            return STARTING if starting else QUIET
        return STUCK if standstill > STUCK_SECONDS and not starting else ""


def is_suspended(stat: Path) -> bool:
    """Whether Linux has the process stopped; False on other systems, which do not tell."""
    try:
        # The name before stands in parentheses and may hold anything.
        return stat.read_text("ascii", "replace").rpartition(")")[2].split()[0] in ("T", "t")
    except (OSError, IndexError):
        return False
