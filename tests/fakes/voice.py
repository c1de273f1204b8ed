# SPDX-License-Identifier: GPL-3.0-or-later
"""How the fake worker speaks, and how it falls silent."""

from __future__ import annotations

import os
import sys

from triposr_addon import wire
from triposr_addon.protocol import JobRequest, Progress

LONG = 60.0
"""Seconds; longer than any test waits, yet an end."""


def say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def die(code: int, last_words: str) -> None:
    os.write(2, last_words.encode() + b"\n")
    os._exit(code)


def tell(request: JobRequest, step: str, fraction: float, detail: str = "") -> None:
    say(wire.encode_notification(Progress(request.job, step, fraction, detail)))
