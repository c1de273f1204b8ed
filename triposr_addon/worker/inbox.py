# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host says, read on a thread of its own, so that a cancel is heard while the network computes."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from triposr_addon.protocol import Cancel, Exit, JobRequest, Reconstruct, Request
from triposr_addon.wire import (
    LONGEST_LINE_BYTES,
    MalformedMessage,
    decode_host_line,
    request_id_or_none,
)

FOLLOWERS_LIMIT_SECONDS = 5.0
"""How long to wait for the next request of a group, which is sent at once; then those that came are done."""

LEAVING_LIMIT_SECONDS = 5.0
"""How long the running step may take to stop after the host has gone; then the process ends as it is."""


@dataclass
class Task:
    """A request with its id, and whether its job was cancelled. `cancelled` may turn true on the reader's thread."""

    id: int
    request: Request
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def job(self) -> str:
        """The job's name; empty for requests that belong to none."""
        return self.request.job if isinstance(self.request, JobRequest) else ""


class Inbox:
    """Requests in order. A cancelled or abandoned task is still handed out: it is owed an answer."""

    def __init__(self, stream: BinaryIO, on_malformed: Callable[[int | None, str], None]) -> None:
        self._stream = stream
        self._on_malformed = on_malformed
        self._waiting: deque[Task] = deque()
        self._running: list[Task] = []
        self._changed = threading.Condition()
        self.closed = False

    def start(self) -> None:
        """Begin to read. The thread ends with the stream."""
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def next_tasks(self) -> list[Task]:
        """The next task, or those that are to be done together, waiting for them; none when the host has gone.

        Ends those before.
        """
        with self._changed:
            self._running = []
            self._changed.wait_for(lambda: self._waiting or self.closed)
            while not self.closed and self._next_belongs():
                self._running.append(self._waiting.popleft())
                if _followers(self._running[-1]):
                    self._changed.wait_for(lambda: self._waiting or self.closed, FOLLOWERS_LIMIT_SECONDS)
            return [] if self.closed else list(self._running)

    def _next_belongs(self) -> bool:
        """Whether the first that waits is to be done now: the first of all, or a follower of the last one taken."""
        if not self._running or not self._waiting:
            return bool(self._waiting) and not self._running
        last, following = self._running[-1], self._waiting[0]
        if not isinstance(last.request, Reconstruct) or not isinstance(following.request, Reconstruct):
            return False
        same_model = last.request.model_folder == following.request.model_folder
        return same_model and 0 <= _followers(following) < _followers(last)

    def _read(self) -> None:
        while line := self._stream.readline(LONGEST_LINE_BYTES + 2):
            if not line.endswith(b"\n") and len(line) > LONGEST_LINE_BYTES:
                self._skip_line()
            if line.strip() and not self._take(line):
                break
        self._close()

    def _skip_line(self) -> None:
        while (rest := self._stream.readline(LONGEST_LINE_BYTES)) and not rest.endswith(b"\n"):
            pass

    def _take(self, line: bytes) -> bool:
        """Handle one line; False when it asks to leave."""
        try:
            message = decode_host_line(line)
        except MalformedMessage as error:
            self._on_malformed(request_id_or_none(line), str(error))
            return True
        if isinstance(message, Exit):
            return False
        with self._changed:
            if isinstance(message, Cancel):
                self._cancel(lambda task: task.job == message.job)
            else:
                self._waiting.append(Task(message.id, message.request))
                self._changed.notify_all()
        return True

    def _cancel(self, concerns: Callable[[Task], bool]) -> None:
        for task in [*self._running, *self._waiting]:
            if concerns(task):
                task.cancelled.set()

    def _close(self) -> None:
        """The host has gone: stop the running step, then leave, and if that takes too long, leave at once."""
        with self._changed:
            self.closed = True
            self._cancel(lambda _task: True)
            self._changed.notify_all()
        last_resort = threading.Timer(LEAVING_LIMIT_SECONDS, os._exit, [0])
        last_resort.daemon = True
        last_resort.start()


def _followers(task: Task) -> int:
    return task.request.followers if isinstance(task.request, Reconstruct) else 0
