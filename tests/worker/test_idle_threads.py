# SPDX-License-Identifier: GPL-3.0-or-later
"""torch's own thread library says how its threads wait: it is asked to print its settings as it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from triposr_addon.worker.idle_threads import SPINS

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
LOADS_TORCH = (
    "from triposr_addon.worker.idle_threads import let_idle_threads_sleep; let_idle_threads_sleep(); import torch"
)


def openmp_settings(**chosen: str) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    }
    environment |= {"OMP_DISPLAY_ENV": "verbose", **chosen}
    done = subprocess.run(
        [sys.executable, "-c", LOADS_TORCH],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env=environment,
    )
    if "OMP_WAIT_POLICY" not in done.stderr:
        pytest.skip("this torch has no OpenMP that tells its settings")
    return done.stderr


def test_threads_that_wait_soon_sleep() -> None:
    told = openmp_settings()
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in told
    assert f"GOMP_SPINCOUNT = '{SPINS}'" in told or "GOMP_" not in told  # only GNU's has it


def test_what_the_user_has_set_stays() -> None:
    told = openmp_settings(OMP_WAIT_POLICY="ACTIVE")
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in told
    assert f"GOMP_SPINCOUNT = '{SPINS}'" not in told
