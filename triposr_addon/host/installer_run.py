# SPDX-License-Identifier: GPL-3.0-or-later
"""One command of the installer in a process of its own. Nothing here waits: `poll()` hears what it said meanwhile.

A guardian stands between: it ends the installer and all its children when our end of its standard input is closed, be
it because the artist cancelled or because Blender is gone.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

TAIL_LINES = 60
STOP_SECONDS = 5.0
TOLD = re.compile(r"^(?P<code>[A-Z][A-Z_]+): (?P<sentence>.+)$")
"""How the installer tells a failure to people."""


@dataclass(frozen=True)
class InstallerCommand:
    """python: Blender's own. guardian, door: files of the installer. arguments: a command, as in the shell."""

    python: Path
    guardian: Path
    door: Path
    arguments: tuple[str, ...]

    @property
    def argv(self) -> list[str]:
        """Isolated twice: none of the artist's Python settings reaches either of them."""
        python = str(self.python)
        return [python, "-I", str(self.guardian), python, "-I", str(self.door), *self.arguments]


@dataclass(frozen=True)
class RunFailure:
    """Why a command ended badly: the installer's own code, sentence and details."""

    code: str
    sentence: str
    details: str


class InstallerRun:
    """A command that has been started. Every call comes from one thread."""

    def __init__(self, command: InstallerCommand) -> None:
        self.command = command
        self.fraction, self.title, self.detail = 0.0, "", ""
        self.bytes, self.total = 0, 0
        self.seconds_left: float | None = None
        self.waits_for = ""
        self.cancelled = False
        self.exit_code: int | None = None
        self.failure: RunFailure | None = None
        self.result: dict[str, Any] = {}
        self.output: list[str] = []
        self._tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        self._lines: queue.SimpleQueue[tuple[str, str | None]] = queue.SimpleQueue()
        self._open = {"out", "error"}
        self._process = self._start_or_none()

    @property
    def over(self) -> bool:
        """Whether it has ended, however."""
        return self.exit_code is not None

    @property
    def text(self) -> str:
        """All that it wrote on standard output."""
        return "\n".join(self.output)

    def poll(self) -> None:
        """Take in what it said since the last call."""
        while not self._lines.empty():
            self._hear(*self._lines.get())
        if self._process is not None and not self._open and not self.over:
            code = self._process.poll()
            if code is not None:
                self._end(code)

    def cancel(self) -> None:
        """Let it and its children end; what was fetched stays for the next time. It is over some polls later."""
        if self._process is not None and not self.over:
            self.cancelled = True
            assert self._process.stdin is not None
            self._process.stdin.close()

    def close(self) -> None:
        """Cancel it and wait, at most STOP_SECONDS, until it is gone."""
        self.cancel()
        until = time.monotonic() + STOP_SECONDS
        while not self.over and time.monotonic() < until:
            self.poll()
            time.sleep(0.01)

    def _start_or_none(self) -> subprocess.Popen[str] | None:
        try:
            process = subprocess.Popen(
                self.command.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.command.door.parent,
                env={**os.environ, "PYTHONUTF8": "1"},
                encoding="utf-8",
                errors="replace",
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows alone has it
            )
        except OSError as error:
            self.exit_code = 127
            sentence = f"Blender's Python, {self.command.python}, can't be started."
            self.failure = RunFailure("PYTHON_NOT_STARTED", sentence, str(error))
            return None
        for name, stream in (("out", process.stdout), ("error", process.stderr)):
            assert stream is not None
            threading.Thread(target=self._read, args=(name, stream), name="installer", daemon=True).start()
        return process

    def _read(self, name: str, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.put((name, line.rstrip("\r\n")))
        self._lines.put((name, None))

    def _hear(self, name: str, line: str | None) -> None:
        if line is None:
            self._open.discard(name)
            return
        self._tail.append(line)
        if name == "out":
            self.output.append(line)
            with contextlib.suppress(KeyError, OverflowError, TypeError, ValueError):  # garbled: a line for people
                self._take(_fields(line))

    def _take(self, told: dict[str, Any]) -> None:
        if "progress" in told:
            self.fraction = min(max(float(told["progress"]), 0.0), 1.0)
            self.title, self.detail = str(told["title"]), str(told["detail"])
            self.bytes, self.total = int(told.get("bytes") or 0), int(told.get("total") or 0)
            self.seconds_left, self.waits_for = told.get("seconds_left"), ""
        elif "waiting" in told:
            self.waits_for = str(told["waiting"])
        elif "failure" in told:
            self.failure = RunFailure(**told["failure"])
        elif "result" in told:
            self.result = told["result"]

    def _end(self, code: int) -> None:
        self.exit_code = code
        if code == 0 or self.cancelled:
            self.failure = None
        elif self.failure is None:
            told = [match for line in self._tail if (match := TOLD.match(line))]
            last = told[-1] if told else None
            known = (
                (last["code"], last["sentence"]) if last else ("INSTALLER_FAILED", f"The installer ended with {code}.")
            )
            self.failure = RunFailure(*known, "\n".join(self._tail))
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()


def _fields(line: str) -> dict[str, Any]:
    """What a line for a program says; nothing where it is meant for people."""
    try:
        told = json.loads(line) if line.startswith('{"') else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
