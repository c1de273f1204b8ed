# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker proves itself: a mesh by the built-in model, in a process started as the installer starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from tests.worker.conversation import WORKER

pytestmark = pytest.mark.torch
LONG_S = 300.0


def proved(device: str, temporary: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", str(WORKER), "--prove", device]
    variables = {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary), "OMP_NUM_THREADS": "1"}
    return subprocess.run(argv, env=variables, capture_output=True, text=True, timeout=LONG_S, check=False)


def test_a_mesh_is_made_on_the_processor_and_nothing_stays(tmp_path: Path) -> None:
    ended = proved("cpu", tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["device"] == "cpu"
    assert told["triangles"] > 100
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_not_there_is_a_failure_with_its_code(tmp_path: Path) -> None:
    ended = proved("mps" if sys.platform != "darwin" else "cuda", tmp_path)
    assert (ended.returncode, ended.stdout.partition(":")[0]) == (1, "DEVICE_UNAVAILABLE")


def test_a_model_that_is_none_is_not_halved_and_says_why(tmp_path: Path) -> None:
    argv = [sys.executable, "-I", str(WORKER), "--halve", str(tmp_path)]
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=LONG_S, check=False)
    assert (ended.returncode in (0, 1), "Traceback" in ended.stderr) == (True, False)
    assert ended.stdout.startswith(("MODEL_FILE_MISSING: ", '{"type": "float32"'))
