# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's three pipes, each served by a thread of its own, so that Blender's main thread never waits for one.

Every thread ends by itself when its pipe does, and closes it. They are daemons reading unbuffered: an interpreter
that leaves neither waits for them nor meets a lock that they hold.
"""

from __future__ import annotations

import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from .log_file import LogFile

CHUNK_BYTES = 1 << 16
WAITING_LINES = 1000
WAITING_BYTES = 4 << 20
"""More unread lines or bytes than that, and the reader stops reading: a flood fills the pipe, not Blender's memory."""
FLOOD_PAUSE_SECONDS = 0.005
"""After each full chunk of standard error: a flood of it may not take more than 13 MB/s, a small share of a core."""
REMEMBERED_STDERR_BYTES = 1 << 16


@dataclass(frozen=True)
class Line:
    """A whole line of standard output, without its end."""

    text: bytes


@dataclass(frozen=True)
class LineTooLong:
    """The start of a line that passed the limit; nothing after it is read."""

    start: bytes


@dataclass(frozen=True)
class EndOfOutput:
    """Standard output is closed; `rest` is a line that was never finished, or empty."""

    rest: bytes


Piece = Line | LineTooLong | EndOfOutput


class OutputReader:
    """Cuts the worker's standard output into lines of at most `longest_line` bytes."""

    def __init__(self, pipe: IO[bytes], longest_line: int) -> None:
        self._pipe = pipe
        self._longest_line = longest_line
        self._pieces: deque[Piece] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._unwanted = False
        self._thread = start_daemon("worker's output", self._read_all)

    def next_or_none(self) -> Piece | None:
        """The next piece that has arrived; None where there is none yet."""
        with self._changed:
            if not self._pieces:
                return None
            piece = self._pieces.popleft()
            self._bytes -= _size(piece)
            self._changed.notify()
            return piece

    def discard(self) -> None:
        """Nobody reads any more: drain the pipe, so that the worker is not stuck in it."""
        with self._changed:
            self._unwanted = True
            self._changed.notify()

    def join(self, seconds: float) -> None:
        """Wait until the pipe has ended, at most `seconds`."""
        self._thread.join(seconds)

    def _read_all(self) -> None:
        rest = b""
        with self._pipe:
            while data := read_or_end(self._pipe):
                rest = self._hand_over_lines(rest + data)
        self._hand_over(EndOfOutput(rest))

    def _hand_over_lines(self, data: bytes) -> bytes:
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._hand_over(Line(line) if len(line) <= self._longest_line else LineTooLong(line))
        if len(rest) <= self._longest_line:
            return rest
        self._hand_over(LineTooLong(rest))
        self.discard()
        return b""

    def _hand_over(self, piece: Piece) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._unwanted or self._has_room())
            if not self._unwanted:
                self._pieces.append(piece)
                self._bytes += _size(piece)

    def _has_room(self) -> bool:
        return len(self._pieces) < WAITING_LINES and self._bytes < WAITING_BYTES


class ErrorReader:
    """Copies the worker's standard error to the log and remembers its end."""

    def __init__(self, pipe: IO[bytes], log: LogFile) -> None:
        self._pipe = pipe
        self._log = log
        self._chunks: deque[bytes] = deque()
        self._remembered = 0
        self._lock = threading.Lock()
        self._thread = start_daemon("worker's errors", self._read_all)

    def last_words(self, lines: int = 30) -> str:
        """The last lines of standard error so far."""
        with self._lock:
            text = b"".join(self._chunks).decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def join(self, seconds: float) -> None:
        """Wait until the pipe has ended, at most `seconds`."""
        self._thread.join(seconds)

    def _read_all(self) -> None:
        with self._pipe:
            while data := read_or_end(self._pipe):
                self._remember(data)
                self._log.write(data)
                if len(data) == CHUNK_BYTES:
                    time.sleep(FLOOD_PAUSE_SECONDS)

    def _remember(self, data: bytes) -> None:
        with self._lock:
            self._chunks.append(data)
            self._remembered += len(data)
            while self._remembered - len(self._chunks[0]) >= REMEMBERED_STDERR_BYTES:
                self._remembered -= len(self._chunks.popleft())


class InputWriter:
    """Writes lines to the worker's standard input in the order they were handed in, and closes it at the end."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self.refused = False
        """Whether the other end was closed while there was something to write."""
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = start_daemon("worker's input", self._write_all)

    def write(self, line: bytes) -> None:
        """Hand in a line; returns at once. Lines to a worker that has ended are lost: its death is told elsewhere."""
        self._lines.put(line)

    def close(self) -> None:
        """Close the pipe behind the last line."""
        self._lines.put(None)

    def join(self, seconds: float) -> None:
        """Wait until all is written, at most `seconds`."""
        self._thread.join(seconds)

    def _write_all(self) -> None:
        if sys.platform != "win32":
            # Where the program around this Python has not switched it off, writing to a dead worker would end Blender.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        with self._pipe:
            while (line := self._lines.get()) is not None:
                if not self._wrote(line):
                    return

    def _wrote(self, line: bytes) -> bool:
        while line:
            try:
                line = line[self._pipe.write(line) :]
            except OSError:
                # The other end is closed: mostly because the process has ended, which is told elsewhere.
                self.refused = True
                return False
        return True


def _size(piece: Piece) -> int:
    if isinstance(piece, Line):
        return len(piece.text)
    return len(piece.start if isinstance(piece, LineTooLong) else piece.rest)


def read_or_end(pipe: IO[bytes]) -> bytes:
    """What has arrived, at least one byte; empty at the end of the pipe, a broken one included."""
    try:
        return pipe.read(CHUNK_BYTES)
    except OSError:
        # Windows reports a killed writer as a broken pipe.
        return b""


def start_daemon(name: str, work: Callable[[], object]) -> threading.Thread:
    """Start `work` on a daemon thread."""
    thread = threading.Thread(target=work, name=f"TripoSR {name}", daemon=True)
    thread.start()
    return thread
