# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire's two ends are out of every library's reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PATIENCE_SECONDS = 300.0

NOISY = """
import os, subprocess, sys
sys.path.insert(0, {root!r})
from triposr_addon.worker.standard_streams import claim_standard_streams
streams = claim_standard_streams()
print("printed")
os.write(1, b"written\\n")
subprocess.run([sys.executable, "-c", "print('child'); import sys; assert sys.stdin.read() == ''"], check=True)
print("Umlaut \\u00e4, rocket \\U0001f680")
from triposr_addon.protocol import Log
from triposr_addon.worker.outbox import Outbox
Outbox(streams.answers).log("info", streams.requests.readline().decode().strip())
"""


def test_what_libraries_print_never_reaches_the_wire(checkout: Path) -> None:
    """At the level of file descriptors: prints, raw writes, and what a child process says and reads."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", NOISY.format(root=str(checkout))],
        input=b"from the host\n",
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["params"] == {"level": "info", "message": "from the host"}
    for noise in ("printed", "written", "child", "Umlaut \u00e4, rocket \U0001f680"):
        assert noise in done.stderr.decode("utf-8")
