# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire's two ends, kept out of every library's reach.

What libraries print goes to file descriptor 1. The worker keeps a private copy of it for the wire and points 1 at
standard error; descriptor 0 becomes the null device in the same way.
"""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class StandardStreams:
    """The worker's own ends of the pipes to the host."""

    requests: BinaryIO
    answers: BinaryIO


def claim_standard_streams() -> StandardStreams:
    """Take the wire off descriptors 0 and 1; everything printed from now on goes to standard error, as UTF-8."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(requests, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return StandardStreams(os.fdopen(requests, "rb"), os.fdopen(answers, "wb", buffering=0))
