# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's pulse: while it works on a request, a thread says once a second that the process runs.

The host can then tell a process that computes from one that is suspended, stuck, or waits for a disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BEAT_SECONDS = 1.0


class Pulse:
    """Calls `beat` every BEAT_SECONDS on a thread of its own, while somebody is `at_work()`; silent otherwise."""

    def __init__(self, beat: Callable[[], None], seconds: float = BEAT_SECONDS) -> None:
        self._beat = beat
        self._seconds = seconds
        self._working = threading.Event()
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While this lasts there are beats, the first at once."""
        self._working.set()
        try:
            yield
        finally:
            self._working.clear()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._working.wait()
            self._beat()
            pause.wait(self._seconds)
