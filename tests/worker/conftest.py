# SPDX-License-Identifier: GPL-3.0-or-later
"""The small synthetic checkpoint: the released layout's names with small numbers, drawn from NumPy by name and seed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_checkpoint(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder with config.yaml and model.ckpt. Read it only; copy it to change it."""
    folder = tmp_path_factory.mktemp("tiny_checkpoint")
    maker = facts / "parity" / "synthetic_checkpoint.py"
    subprocess.run([sys.executable, str(maker), str(folder), "--size", "tiny"], check=True, timeout=120)
    return folder
