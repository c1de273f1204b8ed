# SPDX-License-Identifier: GPL-3.0-or-later
"""A log on disk that never grows without limit: worker.log, and worker.log.1 with what stood in it before."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from .job_folders import PRIVATE

LONGEST_LOG_BYTES = 1 << 20


class LogFile:
    """Appends to `path`; past `longest_bytes` the file is moved to `path`.1, replacing the one there.

    The file is open only while something is written: two Blenders may share it. Safe to use from several threads.
    A log that can't be written costs the log, never the work: `failure` then holds the last error, and tail() tells it.
    """

    def __init__(self, path: Path, longest_bytes: int = LONGEST_LOG_BYTES) -> None:
        self.path = path
        self.failure: OSError | None = None
        self._longest_bytes = longest_bytes
        self._one_at_a_time = threading.Lock()

    def note(self, text: str) -> None:
        """One line of Blender's side, with the local time."""
        self.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} host: {text}\n".encode("utf-8", "backslashreplace"))

    def write(self, data: bytes) -> None:
        """Bytes as the worker wrote them."""
        with self._one_at_a_time:
            try:
                self._append(data)
                self.failure = None
            except OSError as error:
                self.failure = error

    def tail(self, lines: int) -> str:
        """The last `lines` lines, the older file's included; empty where nothing was logged. Raises OSError."""
        files = [path for path in (self._before(), self.path) if path.is_file()]
        text = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
        trouble = [f"(the log can't be written: {self.failure})"] if self.failure else []
        return "\n".join([*text.splitlines()[-lines:], *trouble])

    def _append(self, data: bytes) -> None:
        self.path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size + len(data) > self._longest_bytes:
            self.path.replace(self._before())
        with self.path.open("ab") as file:
            file.write(data)

    def _before(self) -> Path:
        return self.path.with_name(self.path.name + ".1")
