# SPDX-License-Identifier: GPL-3.0-or-later
"""The small synthetic checkpoint: the released layout's names with small numbers, drawn from NumPy by name and seed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.conversation import Conversation
from tests.worker.questions import READY
from triposr_addon.protocol import Initialized


@pytest.fixture(scope="session")
def tiny_checkpoint(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder with config.yaml and model.ckpt. Read it only; copy it to change it."""
    folder = tmp_path_factory.mktemp("tiny_checkpoint")
    maker = facts / "parity" / "synthetic_checkpoint.py"
    subprocess.run([sys.executable, str(maker), str(folder), "--size", "tiny"], check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def worker() -> Iterator[Conversation]:
    """One worker for many tests: what one of them breaks, the next would notice."""
    with Conversation() as conversation:
        assert isinstance(conversation.ask(READY), Initialized)
        yield conversation


@pytest.fixture(scope="module")
def ball_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.worker.solids import ball  # here: it needs PyTorch

    path = tmp_path_factory.mktemp("field") / "ball.triplane.safetensors"
    ball(0.5).save(path)
    return path
