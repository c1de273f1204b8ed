# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress and failures for a program that reads our output: a line of JSON each. Other lines are not meant for it.

{"progress": 0.41, "title": "Install PyTorch for CUDA 13.0", "detail": "torch, 412.0 of 1677.2 MB, 3 min left",
 "bytes": 412000000, "total": 1677200000, "seconds_left": 190.5}
{"waiting": "process 4711"}
{"done": 1.0, "line": "Install PyTorch for CUDA 13.0: wrote ..."}
{"result": {"python": "...", "folder": "..."}}
{"failure": {"code": "DISK_FULL", "sentence": "...", "details": "..."}}

The last line is a result or a failure. seconds_left is null as long as nobody can tell; bytes are over all steps.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from vendor_installer.pace import Pace
from vendor_installer.progress import Amount, Display, TerminalDisplay

BETWEEN_LINES_S = 0.1


def add_progress(command: argparse.ArgumentParser) -> None:
    """Add the option."""
    command.add_argument(
        "--progress", choices=("bar", "json"), default="bar", help="a bar for people, or lines of JSON for a program"
    )


def wants_json(options: argparse.Namespace) -> bool:
    """Whether a program reads what this command says of its progress."""
    return getattr(options, "progress", "bar") == "json"


def display_for(options: argparse.Namespace) -> Display:
    """Where the steps of this command are shown."""
    return JsonDisplay() if wants_json(options) else TerminalDisplay()


def tell_failure(code: str, sentence: str, details: str = "") -> None:
    """The last line of a command that failed."""
    _tell({"failure": {"code": code, "sentence": sentence, "details": details}})


def tell_result(options: argparse.Namespace, **fields: object) -> None:
    """The last line of a command that did what it should, for a program alone."""
    if wants_json(options):
        _tell({"result": fields})


def tell_waiting(options: argparse.Namespace, holder: str) -> None:
    """Another run is at work in the same folder: a line of either kind."""
    if wants_json(options):
        _tell({"waiting": holder})
    else:
        print(f"Another installation ({holder}) is at work there; waiting for it.", flush=True)


def pass_lines_on(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Run another command of ours, and tell what it tells but its last line, for ours comes after it."""
    with subprocess.Popen(argv, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if not line.startswith(('{"result"', '{"failure"')):
                sys.stdout.write(line)
                sys.stdout.flush()


class JsonDisplay:
    """A line now and then, and one for every step that ended."""

    def __init__(self) -> None:
        self._last = -BETWEEN_LINES_S
        self._pace: Pace | None = None

    def progress(self, fraction: float, title: str, detail: str, amount: Amount) -> None:
        """At most ten lines a second."""
        if time.monotonic() - self._last < BETWEEN_LINES_S:
            return
        self._last = time.monotonic()
        _tell(
            {
                "progress": round(fraction, 4),
                "title": title,
                "detail": detail,
                "bytes": amount.done,
                "total": amount.total,
                "seconds_left": self._seconds_left(amount),
            }
        )

    def _seconds_left(self, amount: Amount) -> float | None:
        self._pace = self._pace or Pace(amount.total)
        left = 0.0 if amount.done == amount.total else self._pace.seconds_left(amount.done)
        return None if left is None or not amount.total else round(left + amount.more_s, 1)

    def done(self, fraction: float, line: str) -> None:
        """Always told."""
        _tell({"done": round(fraction, 4), "line": line})


def _tell(fields: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
