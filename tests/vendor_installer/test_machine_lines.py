# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender reads of the engine: it starts by its path with isolated Pythons, and tells lines of JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import vendor_installer
from tests.fakes.small_installer import LONG_S, SmallInstaller, small_installer


@pytest.fixture
def small(tmp_path: Path, wheels: Path, outside: dict[str, str]) -> SmallInstaller:
    return small_installer(tmp_path, wheels, outside)


def told(small: SmallInstaller, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    """The exit code, and the lines that are meant for a program."""
    argv = [sys.executable, "-I", str(small.root / "vendor_installer/from_blender.py"), *arguments]
    hostile = {**small.variables, "PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere"}
    run = subprocess.run(argv, cwd=os.sep, env=hostile, capture_output=True, text=True, timeout=LONG_S, check=False)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def test_an_installation_tells_its_progress_and_its_end(small: SmallInstaller, wheels: Path) -> None:
    code, lines = told(small, "install", "--backend", "cpu", "--folder", str(small.data), "--progress", "json")
    assert (code, small.leaf()) == (0, "1.0")
    fractions = [line["progress"] for line in lines if "progress" in line]
    assert fractions == sorted(fractions, key=lambda each: float(str(each)))
    assert {line["title"] for line in lines if "title" in line} == {"Install PyTorch for the processor"}
    assert lines[-2]["done"] == 1.0
    result = {"python": str(small.python), "folder": str(small.data), "build": "cpu", "device": "cpu"}
    last = lines[-1]["result"]
    assert isinstance(last, dict)
    assert last.pop("told") == {"code": "INSTALLED", "sentence": "It is installed.", "values": {}}
    assert last == result
    totals = {line["total"] for line in lines if "total" in line}
    locked = [*wheels.glob("pip-*.whl"), wheels / "leaf-1.0-py3-none-any.whl"]
    assert totals == {sum(path.stat().st_size for path in locked)}


def test_a_failure_is_one_line_with_its_code(small: SmallInstaller) -> None:
    code, lines = told(small, "models", "remove", "none-such", "--folder", str(small.data), "--progress", "json")
    failure = lines[-1]["failure"]
    assert isinstance(failure, dict)
    assert (code != 0, failure["code"]) == (True, "MODEL_UNKNOWN")
    assert "none-such" in str(failure["sentence"])


def test_what_stands_in_the_way_of_a_plan_is_a_failure_too(small: SmallInstaller, tmp_path: Path) -> None:
    head, _, size = small.lock.read_text().strip().rpartition(" ")
    small.lock.write_text(f"{head} {10**14}\n", encoding="utf-8")
    assert size.isdecimal()
    code, lines = told(small, "install", "--backend", "cpu", "--folder", str(small.data), "--progress", "json")
    failure = lines[-1]["failure"]
    assert isinstance(failure, dict)
    assert (code, failure["code"]) == (20, "DISK_SHORT")


def test_the_root_is_told_where_door_and_guardian_are() -> None:
    assert Path(vendor_installer.DOOR).is_file()
    assert Path(vendor_installer.GUARDIAN).is_file()
