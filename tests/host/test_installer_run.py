# SPDX-License-Identifier: GPL-3.0-or-later
"""A command of the installer as a process of its own: heard without waiting, cancelled, and gone with Blender."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from triposr_addon.host.installer_run import InstallerCommand, InstallerRun

ROOT = Path(__file__).parents[2]
GUARDIAN = ROOT / "vendor_installer" / "guardian.py"
LONG_S = 60.0


def command(tmp_path: Path, code: str) -> InstallerCommand:
    """A script of ours in the installer's place."""
    door = tmp_path / "door.py"
    door.write_text(f"import json, sys, time\n{code}\n", encoding="utf-8")
    return InstallerCommand(Path(sys.executable), GUARDIAN, door, ("plan",))


def ended(run: InstallerRun) -> InstallerRun:
    until = time.monotonic() + LONG_S
    while not run.over:
        assert time.monotonic() < until
        run.poll()
        time.sleep(0.005)
    return run


def line(**fields: object) -> str:
    return f"print({json.dumps(fields)!r}, flush=True)\n"


def test_progress_is_heard(tmp_path: Path) -> None:
    code = (
        line(progress=0.5, title="Install", detail="leaf, 1 of 2 MB")
        + "print('for people')\n"
        + line(done=1.0, line="x")
    )
    run = ended(InstallerRun(command(tmp_path, code)))
    assert (run.exit_code, run.failure) == (0, None)
    assert (run.fraction, run.title, run.detail) == (0.5, "Install", "leaf, 1 of 2 MB")
    assert "for people" in run.text


def test_a_failure_is_heard_with_its_code(tmp_path: Path) -> None:
    failure = {"code": "DISK_FULL", "sentence": "The disk is full.", "details": "pip said so"}
    run = ended(InstallerRun(command(tmp_path, line(failure=failure) + "sys.exit(14)")))
    assert run.failure is not None
    assert vars(run.failure) == failure


def test_a_failure_that_is_told_to_people_alone_is_read_all_the_same(tmp_path: Path) -> None:
    run = ended(
        InstallerRun(command(tmp_path, "sys.exit('PYTHON_NOT_SUPPORTED: this is Python 3.9; install another')"))
    )
    assert run.failure is not None
    assert (run.failure.code, run.failure.sentence) == ("PYTHON_NOT_SUPPORTED", "this is Python 3.9; install another")


def test_a_fault_nobody_foresaw_keeps_its_last_lines(tmp_path: Path) -> None:
    run = ended(InstallerRun(command(tmp_path, "raise RuntimeError('never seen before')")))
    assert run.failure is not None
    assert run.failure.code == "INSTALLER_FAILED"
    assert "never seen before" in run.failure.details


def test_a_python_that_is_not_there_is_a_failure_too(tmp_path: Path) -> None:
    run = InstallerRun(InstallerCommand(tmp_path / "no python", GUARDIAN, tmp_path / "door.py", ()))
    assert run.over
    assert run.failure is not None
    assert run.failure.code == "PYTHON_NOT_STARTED"


def test_cancelling_ends_it_and_is_no_failure(tmp_path: Path) -> None:
    run = InstallerRun(command(tmp_path, line(progress=0.1, title="t", detail="d") + "time.sleep(600)"))
    while not run.title:
        run.poll()
        time.sleep(0.005)
    run.cancel()
    ended(run)
    assert (run.cancelled, run.failure) == (True, None)


@pytest.mark.skipif(sys.platform == "win32", reason="Unix signals")
def test_it_goes_when_blender_is_killed(tmp_path: Path) -> None:
    """A process of ours plays Blender, and is killed in the middle."""
    beat = tmp_path / "beat"
    made = command(tmp_path, f"while True:\n    open({str(beat)!r}, 'a').write('.')\n    time.sleep(0.02)")
    blender = (
        "import sys, time; from pathlib import Path; "
        "from triposr_addon.host.installer_run import InstallerCommand, InstallerRun; "
        f"places = Path(sys.executable), Path({str(GUARDIAN)!r}), Path({str(made.door)!r})\n"
        "run = InstallerRun(InstallerCommand(*places, ()))\n"
        "while True:\n    run.poll(); time.sleep(0.02)"
    )
    playing = subprocess.Popen([sys.executable, "-c", blender], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    while not beat.exists():
        assert playing.poll() is None
        time.sleep(0.02)
    playing.kill()
    playing.wait()
    until, before = time.monotonic() + LONG_S, -1
    while beat.stat().st_size != before:
        assert time.monotonic() < until
        before = beat.stat().st_size
        time.sleep(0.5)


@pytest.mark.parametrize(
    "garbled",
    [
        '{"progress": "x"}',
        '{"progress": 1e999}',
        '{"progress": {}}',
        '{"failure": 7}',
        '{"failure": {"x": 1}}',
        '{"' * 9000,
    ],
)
def test_a_garbled_line_is_one_for_people(garbled: str, tmp_path: Path) -> None:
    run = ended(InstallerRun(command(tmp_path, f"print({garbled!r})")))
    assert (run.exit_code, run.output) == (0, [garbled])
