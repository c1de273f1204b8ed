# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker says: whole lines, from any thread, and no more progress than a bar can show."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import BinaryIO

from triposr_addon.protocol import ErrorReport, Heartbeat, Log, MemoryHeld, Progress, Result
from triposr_addon.wire import encode_error, encode_notification, encode_result

PROGRESS_INTERVAL_SECONDS = 0.05


class Outbox:
    """Writes answers and notifications. When the host no longer listens there is nobody to work for: it ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._last_progress: dict[str, float] = {}

    def result(self, request_id: int, result: Result) -> None:
        """Answer a request."""
        self._write(encode_result(request_id, result))

    def error(self, request_id: int | None, error: ErrorReport) -> None:
        """Answer a request with a failure."""
        self._write(encode_error(request_id, error))

    def progress(self, job: str, step: str, fraction: float, detail: str) -> None:
        """Tell a job's progress: start and end of a step always, what lies between at most every 50 ms."""
        now = time.monotonic()
        if 0.0 < fraction < 1.0 and now - self._last_progress.get(job, 0.0) < PROGRESS_INTERVAL_SECONDS:
            return
        if fraction < 1.0:
            self._last_progress[job] = now
        else:
            self._last_progress.pop(job, None)
        self._write(encode_notification(Progress(job, step, round(fraction, 4), detail)))

    def memory(self, held: MemoryHeld) -> None:
        """What the worker holds now."""
        self._write(encode_notification(held))

    def heartbeat(self) -> None:
        """The process runs; how much of the processor it took so far."""
        self._write(encode_notification(Heartbeat(round(time.process_time(), 3))))

    def log(self, level: str, message: str) -> None:
        """A line for the host's log."""
        self._write(encode_notification(Log(level, message)))

    def _write(self, line: bytes) -> None:
        with self._lock:
            try:
                rest = memoryview(line)
                while rest:
                    rest = rest[self._stream.write(rest) :]
            except OSError:
                os._exit(0)


class OutboxHandler(logging.Handler):
    """Sends the worker's own log records across the wire."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(logging.INFO)
        self._outbox = outbox

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        level = record.levelname.lower() if record.levelno <= logging.ERROR else "error"
        self._outbox.log(level, self.format(record))
