# SPDX-License-Identifier: GPL-3.0-or-later
"""A catalogue is read by a thread of its own, which touches nothing of Blender's: a slow disk holds nobody up."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from .library import Library, Reading, reading

WORK_SECONDS, REST_SECONDS = 0.01, 0.001
"""In turns: Blender's own Python is not kept waiting. A rest lasts long where others want the processor, too."""
LONGEST_LEAVE_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 600.0


class Reader:
    """Reads one catalogue from the moment that it is made. fraction: how far it is, 0..1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fraction = 0.0
        self._library: Library | None = None
        self._fault: Exception | None = None
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(reading(path),), name="triposr catalogue", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether `library` answers at once."""
        return not self._thread.is_alive()

    def wait(self, seconds: float = LONGEST_WAIT_SECONDS) -> bool:
        """Until it is over; answers whether it is."""
        self._thread.join(seconds)
        return self.over

    def library(self) -> Library | None:
        """What was read; None where it was left. Raises what reading() raises."""
        if self._fault is not None:
            raise self._fault
        return self._library

    def leave(self) -> None:
        """Stop reading; from then on nobody may ask."""
        self._left.set()
        self._thread.join(LONGEST_LEAVE_SECONDS)

    def _run(self, steps: Reading) -> None:
        try:
            rest_at = time.monotonic() + WORK_SECONDS
            while not self._left.is_set():
                self.fraction = next(steps)
                if time.monotonic() > rest_at:
                    time.sleep(REST_SECONDS)
                    rest_at = time.monotonic() + WORK_SECONDS
        except StopIteration as over:
            self._library = over.value
        except Exception as fault:  # noqa: BLE001  # told on the thread that asks for the library
            self._fault = fault
        finally:
            steps.close()
