# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress and failures for a program that reads our output: a line of JSON each. Other lines are not meant for it.

{"progress": 0.41, "title": "Install PyTorch for CUDA 13.0", "detail": "torch, 412.0 of 1677.2 MB, 3 min left"}
{"done": 1.0, "line": "Install PyTorch for CUDA 13.0: wrote ..."}
{"failure": {"code": "DISK_FULL", "sentence": "...", "details": "..."}}
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from vendor_installer.progress import Display, TerminalDisplay

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


class JsonDisplay:
    """A line now and then, and one for every step that ended."""

    def __init__(self) -> None:
        self._last = -BETWEEN_LINES_S

    def progress(self, fraction: float, title: str, detail: str) -> None:
        """At most ten lines a second."""
        if time.monotonic() - self._last >= BETWEEN_LINES_S:
            self._last = time.monotonic()
            _tell({"progress": round(fraction, 4), "title": title, "detail": detail})

    def done(self, fraction: float, line: str) -> None:
        """Always told."""
        _tell({"done": round(fraction, 4), "line": line})


def _tell(fields: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
