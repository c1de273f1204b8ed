# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker holds in memory, and when it gives that back: when asked to, when idle for long, for a render."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..protocol import MemoryHeld, Unload
from .warm_worker import WarmWorker

NEVER = 0.0


class MemoryDesk:
    """Unloads the worker's models; the process stays, and the next job loads them again. Nothing here waits.

    idle_limit_seconds: so long after its last work the worker unloads by itself; NEVER for never.
    paused: no new job begins; the one that runs is finished. Any thread may set it.
    """

    def __init__(self, worker: WarmWorker, clock: Callable[[], float] = time.monotonic) -> None:
        self._worker = worker
        self._clock = clock
        self._wished = False
        self._worked_at = clock()
        self.idle_limit_seconds = NEVER
        self.paused = False

    def held(self) -> MemoryHeld | None:
        """What the worker held at its last answer; None where there is no worker, or it has not answered yet."""
        return self._worker.held

    def unload(self) -> None:
        """Give the models' memory back now, or as soon as the worker has done what it is doing."""
        self.unload_at_next_tick()
        self._send_if_free()

    def unload_at_next_tick(self) -> None:
        """The same, for another thread: nothing is sent here."""
        self._wished = True

    def start_worker(self) -> None:
        """Have the worker's process started, if there is none, before anybody asks it for something.

        Raises WorkerMissing, WorkerDidNotStart.
        """
        self._worker.start_or_keep()

    def stop_worker(self) -> None:
        """End the worker where it has nothing to do; the next job starts another. Takes three seconds at most."""
        if self._worker.idle:
            self._worker.stop()

    def tick(self, *, free: bool) -> None:
        """One step on. free: no job waits or runs, and nobody asks a field."""
        if not free or not self._worker.idle:
            self._worked_at = self._clock()
        elif self._idle_for_long():
            self._wished = True
        if self._wished:
            self._send_if_free()

    def _idle_for_long(self) -> bool:
        held = self.held()
        if not self.idle_limit_seconds or held is None or not held.can_be_unloaded:
            return False
        return self._clock() - self._worked_at >= self.idle_limit_seconds

    def _send_if_free(self) -> None:
        if not self._worker.running:
            self._wished = False
        elif self._worker.idle:
            self._wished = False
            self._worker.send(Unload())
