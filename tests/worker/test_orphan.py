# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker never outlives Blender: neither one that runs nor one that is suspended when Blender is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worker.conversation import PATIENCE_SECONDS, WORKER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell of a parent's end")

DOOMED = """
import os, signal, subprocess, sys, time
words = [sys.executable, "-I", sys.argv[1]]
pipe = subprocess.PIPE
worker = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
worker.stdin.write(b'not a message\\n')
worker.stdin.flush()
worker.stdout.readline()  # it is there
if sys.argv[2] == "suspended":
    os.kill(worker.pid, signal.SIGSTOP)
print(worker.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("state", ["running", "suspended"])
def test_the_worker_leaves_with_a_killed_blender(state: str) -> None:
    words = [sys.executable, "-I", "-c", DOOMED, str(WORKER), state]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as blender:
        assert blender.stdout is not None
        worker = int(blender.stdout.readline())
        assert is_there(worker)
        blender.kill()
    until = time.monotonic() + PATIENCE_SECONDS
    while is_there(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_there(worker)


def is_there(pid: int) -> bool:
    """Whether the process lives; one that only waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
