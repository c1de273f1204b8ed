# SPDX-License-Identifier: GPL-3.0-or-later
"""torch's own thread library says how its threads wait: it is asked to print its settings as it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
LOADS_TORCH = (
    "from triposr_addon.worker.idle_threads import let_idle_threads_sleep; let_idle_threads_sleep(); import torch"
)


def openmp_settings(**chosen: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_DISPLAY_ENV": "true", **chosen}
    done = subprocess.run(
        [sys.executable, "-c", LOADS_TORCH],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env=environment,
    )
    settings = next((line for line in done.stderr.splitlines() if "OMP_WAIT_POLICY" in line), None)
    if settings is None:
        pytest.skip("this torch has no OpenMP that tells its settings")
    return settings


def test_threads_that_wait_sleep() -> None:
    assert "PASSIVE" in openmp_settings()


def test_what_the_user_has_set_stays() -> None:
    assert "ACTIVE" in openmp_settings(OMP_WAIT_POLICY="ACTIVE")
