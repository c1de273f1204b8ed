# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender goes, or the extension is switched off, while a job runs: no process and no half-made file stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.bpy

ROOT = Path(__file__).parents[3]
VISIT = Path(__file__).with_name("visit_leaving.py")
LONG_S = 60.0
LONGEST_LEAVE_S = 5.0


def begun(folder: Path, how: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(VISIT), str(ROOT), str(folder), how], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def wait_for(happened: object, seconds: float) -> float:
    began = time.monotonic()
    while not happened():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.mark.parametrize(
    ("how", "code"), [("quit", 0), ("exit", 3), ("exception", 1), ("SIGTERM", -signal.SIGTERM), ("SIGKILL", -9)]
)
def test_blender_leaves_with_its_worker(tmp_path: Path, how: str, code: int) -> None:
    blender = begun(tmp_path, how)
    wait_for(lambda: (tmp_path / "ready").exists() or blender.poll() is not None, LONG_S)
    worker = int((tmp_path / "worker").read_text())
    if how.startswith("SIG"):
        blender.send_signal(getattr(signal, how))
    began = time.monotonic()
    said = blender.communicate(timeout=LONG_S)[1].decode()
    wait_for(lambda: not is_there(worker), LONGEST_LEAVE_S)
    print(f"{how}: left in {time.monotonic() - began:.2f} s")
    assert blender.returncode == code, said
    left = sorted(path.name for path in (tmp_path / "data" / "jobs").iterdir()) if how in ("quit", "exit") else []
    assert left == []


def test_switched_off_and_on_the_extension_begins_anew(tmp_path: Path) -> None:
    blender = begun(tmp_path, "switch")
    said = blender.communicate(timeout=LONG_S)[1].decode()
    assert blender.returncode == 0, said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "seen").read_text()) == {"left": [], "gone": True, "jobs_after": 0, "poll": False}
    for worker in (tmp_path / "workers").read_text().split():
        assert not is_there(int(worker))
