# SPDX-License-Identifier: GPL-3.0-or-later
"""Which number type the network gets, where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from triposr_addon.worker.precision import network_type  # noqa: E402 - after the check that torch is there

pytestmark = pytest.mark.torch

CPU, APPLE = torch.device("cpu"), torch.device("mps")


def test_full_is_float32_everywhere() -> None:
    assert {network_type(device, "full") for device in (CPU, APPLE)} == {torch.float32}


def test_apples_gpu_computes_in_float16() -> None:
    assert network_type(APPLE) == network_type(APPLE, "half") == torch.float16


def test_half_on_a_processor_is_bfloat16_whether_it_gains_or_not() -> None:
    assert network_type(CPU, "half") == torch.bfloat16


@pytest.mark.parametrize("capability", ["default", "avx2"])
def test_a_processor_without_the_instructions_stays_in_float32(checkout: Path, capability: str) -> None:
    """torch may be told to use no AVX512; then it has no quick bfloat16 either."""
    code = "import torch; from triposr_addon.worker.precision import network_type as t; print(t(torch.device('cpu')))"
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": capability, "PYTHONPATH": str(checkout)}
    finished = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert finished.stdout.strip() == "torch.float32"
