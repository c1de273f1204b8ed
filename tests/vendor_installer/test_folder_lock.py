# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock between real processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from vendor_installer.failures import AlreadyRunning
from vendor_installer.folder_lock import folder_lock

CHECKOUT = Path(__file__).resolve().parents[2]
LONG_S = 60.0
HOLDER = """
import subprocess, sys
from pathlib import Path
from vendor_installer.folder_lock import folder_lock
with folder_lock(Path(sys.argv[1]), 0) as descriptor:
    if sys.argv[2] == "child":
        heir = subprocess.Popen([sys.executable, "-c", "input()"], stdin=sys.stdin, pass_fds=[descriptor])
    print("held", flush=True)
    input()
"""


def start_holder(folder: Path, kind: str = "alone") -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", HOLDER, str(folder), kind]
    holder = subprocess.Popen(argv, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate(timeout=LONG_S)


def test_a_second_holder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    told: list[str] = []
    try:
        with pytest.raises(AlreadyRunning, match=str(holder.pid)), folder_lock(tmp_path, 0.5, told.append):
            pytest.fail("it was taken")
    finally:
        end(holder)
    assert told == [f"process {holder.pid}"]


def test_a_holder_killed_with_9_leaves_no_lock(tmp_path: Path) -> None:
    end(start_holder(tmp_path))
    with folder_lock(tmp_path, 0):
        assert (tmp_path / "lock").exists()


def test_waiting_ends_when_the_holder_ends(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    with folder_lock(tmp_path, LONG_S, on_wait=lambda name: end(holder)):
        assert holder.returncode == -9


def test_a_child_of_a_dead_holder_prolongs_the_lock(tmp_path: Path) -> None:
    holder = start_holder(tmp_path, "child")
    holder.kill()
    holder.wait(LONG_S)
    with pytest.raises(AlreadyRunning), folder_lock(tmp_path, 0.5):
        pytest.fail("it was taken while the child still worked")
    holder.communicate(timeout=LONG_S)  # closes the child's standard input: it ends
    with folder_lock(tmp_path, LONG_S):
        assert (tmp_path / "lock").exists()


def test_one_after_the_other_in_one_process(tmp_path: Path) -> None:
    for _ in range(3):
        with folder_lock(tmp_path, 0):
            pass
    assert (tmp_path / "lock").stat().st_size > 0
