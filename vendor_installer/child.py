# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a program: its lines as they come, a limit on silence, and nothing left behind when we stop early or die."""

from __future__ import annotations

import collections
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TAIL_LINES = 40
POLL_SECONDS = 0.25
STOP_SECONDS = 5.0
GUARDIAN = Path(__file__).resolve().parent / "guardian.py"


@dataclass(frozen=True)
class ChildCommand:
    """What to run, by absolute path. `silence_limit_s`: longest time without a line or a sign of life from `on_poll`.

    `keep_open`: file descriptors that the child holds, too: a lock stays taken as long as an orphan still works.
    """

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    silence_limit_s: float = 1800.0
    keep_open: tuple[int, ...] = field(default=())


@dataclass(frozen=True)
class ChildResult:
    """Exit code (None: stopped because of silence) and the last lines of stdout and stderr together."""

    exit_code: int | None
    tail: tuple[str, ...]
    seconds: float

    @property
    def text(self) -> str:
        """The tail as one text."""
        return "\n".join(self.tail)


def run_child(
    command: ChildCommand,
    on_line: Callable[[str], None] = lambda line: None,
    on_poll: Callable[[], bool] = lambda: False,
) -> ChildResult:
    """Run to the end. `on_poll` is called between lines; True counts as a sign of life.

    Whatever is raised meanwhile (Ctrl-C, too) first stops the child and its children; so does our own death, however
    sudden. FileNotFoundError when the program (argv[0], an absolute path) is not there.
    """
    if not Path(command.argv[0]).exists():
        raise FileNotFoundError(f"{command.argv[0]} is not there")
    started = time.monotonic()
    process = _start(command)
    lines = _lines_of(process)
    tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
    try:
        ended = _follow(command, lines, tail, on_line, on_poll)
        exit_code = process.wait(STOP_SECONDS) if ended else None
    finally:
        _stop(process)
    return ChildResult(exit_code, tuple(tail), time.monotonic() - started)


def _start(command: ChildCommand) -> subprocess.Popen[str]:
    windows = sys.platform == "win32"
    return subprocess.Popen(
        [sys.executable, "-I", str(GUARDIAN), *command.argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=command.folder,
        env=dict(command.environment),
        encoding="utf-8",
        errors="replace",
        start_new_session=not windows,
        pass_fds=() if windows else command.keep_open,
    )


def _lines_of(process: subprocess.Popen[str]) -> queue.SimpleQueue[str | None]:
    """Lines from a reading thread (a read can't be given a limit on every platform); None at the end."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    stream = process.stdout
    assert stream is not None

    def read() -> None:
        with stream:
            for line in stream:
                lines.put(line.rstrip("\r\n"))
        lines.put(None)

    threading.Thread(target=read, name="child output", daemon=True).start()
    return lines


def _follow(
    command: ChildCommand,
    lines: queue.SimpleQueue[str | None],
    tail: collections.deque[str],
    on_line: Callable[[str], None],
    on_poll: Callable[[], bool],
) -> bool:
    """True when the output ended, False when the child stayed silent for too long."""
    last_life = time.monotonic()
    while time.monotonic() - last_life < command.silence_limit_s:
        try:
            line = lines.get(timeout=POLL_SECONDS)
        except queue.Empty:
            if on_poll():
                last_life = time.monotonic()
            continue
        if line is None:
            return True
        last_life = time.monotonic()
        tail.append(line)
        on_line(line)
    return False


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    with process.stdin:
        if process.poll() is not None:
            return
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
    # On Windows it is the guardian that kills, now that its standard input is closed.
    process.wait(STOP_SECONDS)


def run_in_foreground(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> int:
    """Run with our own terminal, and return the exit code (128 + N after signal N). Ctrl-C is the program's affair.

    So is SIGTERM, which comes to us alone and is handed on. OSError when it can't start.
    """
    process = subprocess.Popen(list(argv), cwd=folder, env=dict(environment))
    with _terminates(process):
        while True:
            try:
                code = process.wait()
                return code if code >= 0 else 128 - code
            except KeyboardInterrupt:
                continue


@contextlib.contextmanager
def _terminates(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Hand SIGTERM on while the block runs; outside of the main thread there are no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _frame: process.send_signal(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
