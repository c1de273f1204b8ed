# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker holds is told in real numbers, and given back by Unload."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402
from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.questions import READY, reconstruct  # noqa: E402
from triposr_addon.protocol import MemoryHeld, Reconstructed, Request, Unload  # noqa: E402
from triposr_addon.worker.device import device_bytes  # noqa: E402
from triposr_addon.worker.held_memory import MacUsage, WindowsCounters, linux_bytes, resident_bytes  # noqa: E402

pytestmark = pytest.mark.torch

MIB = 1 << 20


def test_memory_that_is_touched_is_resident() -> None:
    before = resident_bytes()
    ballast = bytearray(b"x" * (64 * MIB))
    assert 48 * MIB < resident_bytes() - before < 128 * MIB
    assert len(ballast) == 64 * MIB


@pytest.mark.parametrize("text", ["", "17", "a b c"])
def test_a_kernel_that_tells_something_else_tells_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "statm").write_text(text)
    assert linux_bytes(tmp_path / "statm") == 0
    assert linux_bytes(tmp_path / "no such file") == 0


def test_the_other_systems_structures_have_their_documented_sizes() -> None:
    assert ctypes.sizeof(MacUsage) == 96
    assert MacUsage.resident_size.offset == 64
    assert ctypes.sizeof(WindowsCounters) == 72
    assert WindowsCounters.working_set.offset == 16


def test_the_processor_has_no_memory_of_its_own() -> None:
    assert device_bytes(torch.device("cpu")) == (0, 0)


@pytest.mark.parity
def test_every_answer_is_preceded_by_what_is_held(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with Conversation() as worker:
        fresh = held_after(worker, READY)
        assert (fresh.model, fresh.model_bytes, fresh.background_models) == ("", 0, [])
        assert not fresh.can_be_unloaded
        request = reconstruct(good_photo(tmp_path), tiny_checkpoint, tmp_path)
        loaded = held_after(worker, request)
        assert loaded.model == tiny_checkpoint.name
        assert loaded.model_bytes > 100_000
        assert loaded.on_device in (0, loaded.model_bytes)
        assert loaded.resident > fresh.resident
        assert loaded.can_be_unloaded
        empty = held_after(worker, Unload())
        assert (empty.model, empty.model_bytes, empty.on_device) == ("", 0, 0)
        assert isinstance(worker.ask(request), Reconstructed)


def held_after(worker: Conversation, request: Request) -> MemoryHeld:
    """What the worker says it holds, with its answer to the request."""
    worker.ask(request)
    return worker.held[-1]
