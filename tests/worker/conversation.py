# SPDX-License-Identifier: GPL-3.0-or-later
"""Talks to a real worker process over its pipes."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from triposr_addon import wire
from triposr_addon.protocol import ErrorReport, MemoryHeld, Progress, Request, Result
from triposr_addon.wire import ErrorLine, ResultLine, WorkerLine

WORKER = Path(__file__).parents[2] / "triposr_addon" / "worker" / "__main__.py"
PATIENCE_SECONDS = 300.0
"""The machine may be busy; a worker that hangs must still fail the test."""


class Conversation:
    """One worker, from its start to its end. Leaving the block closes its standard input."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-I", str(WORKER))) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.progress: list[Progress] = []
        self.held: list[MemoryHeld] = []
        self.errors = b""
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._next_id = 0
        self._listeners = [
            threading.Thread(target=listen, daemon=True) for listen in (self._listen, self._listen_to_errors)
        ]
        for listener in self._listeners:
            listener.start()

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            self.hang_up()
        finally:
            self.process.kill()
            self.process.wait(PATIENCE_SECONDS)
            for listener in self._listeners:
                listener.join(PATIENCE_SECONDS)

    def send(self, request: Request) -> int:
        """Send a request without waiting for its answer; returns its id."""
        self._next_id += 1
        self.write(wire.encode_request(self._next_id, request))
        return self._next_id

    def write(self, line: bytes) -> None:
        """Send raw bytes."""
        assert self.process.stdin
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def ask(self, request: Request) -> Result | ErrorReport:
        """Send a request and wait for its answer."""
        return self.answer(self.send(request), request)

    def answer(self, request_id: int, request: Request) -> Result | ErrorReport:
        """Wait for the answer to the request of that id."""
        while True:
            line = self.hear()
            if isinstance(line, ErrorLine) and line.id == request_id:
                return line.error
            if isinstance(line, ResultLine) and line.id == request_id:
                return wire.result_from_json(request, line.result)

    def hear(self) -> WorkerLine:
        """The next line of the worker, whatever it is; progress and memory are kept."""
        line = wire.decode_worker_line(self._lines.get(timeout=PATIENCE_SECONDS))
        if isinstance(line, Progress):
            self.progress.append(line)
        if isinstance(line, MemoryHeld):
            self.held.append(line)
        return line

    def hang_up(self) -> int:
        """Close the worker's standard input; returns the exit code that it leaves with."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(PATIENCE_SECONDS)

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as stdout:
            for line in stdout:
                self._lines.put(line)

    def _listen_to_errors(self) -> None:
        assert self.process.stderr
        with self.process.stderr as stderr:
            for line in stderr:
                self.errors += line
