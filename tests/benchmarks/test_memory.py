# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory benchmark's command, and what its counts of the released model must come to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from benchmarks.counted_memory import asking, count  # noqa: E402 - after the check that torch is there
from benchmarks.field_input import read_field  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402
from triposr_addon.worker.memory_plan import LARGEST_CHUNK_POINTS, SMALLEST_CHUNK_POINTS  # noqa: E402
from triposr_addon.worker.weight_placement import HOME  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

CHECKOUT = Path(__file__).parents[2]
CONTEXT = 500_000_000
"""What a driver's context takes of a card, at the most that we have read of."""


def test_the_largest_of_the_surfaces_at_256_stays_under_the_goal(facts: Path) -> None:
    field = asking(read_field(facts / "fields" / "thin.npz", HOME).field, LARGEST_CHUNK_POINTS)
    made = count("resident", torch.bfloat16, field, SurfaceSettings(256))
    assert made.peak < 1_200_000_000
    assert made.reserved < 1_200_000_000


def test_cards_of_two_and_of_one_gigabyte_are_enough_for_512(facts: Path) -> None:
    field = asking(read_field(facts / "fields" / "chair.npz", HOME).field, SMALLEST_CHUNK_POINTS)
    settings = SurfaceSettings(512)
    offloaded, streamed = (count(path, torch.bfloat16, field, settings) for path in ("offloaded", "streamed"))
    assert offloaded.reserved + CONTEXT < 2_000_000_000
    assert streamed.reserved + CONTEXT < 1_000_000_000


def test_the_command_writes_both_tables(facts: Path, tmp_path: Path) -> None:
    written = tmp_path / "memory.json"
    command = [sys.executable, str(CHECKOUT / "benchmarks" / "memory.py"), "--resolution", "32"]
    command += ["--field", str(facts / "fields" / "chair.npz"), "--json", str(written)]
    if sys.platform == "linux":
        command += ["--model", str(PREVIEW_FOLDER)]
    subprocess.run(command, check=True, timeout=300)
    told = json.loads(written.read_text("utf-8"))
    assert [row[2] for row in told["rows"]] == ["resident", "offloaded", "streamed"]
    assert all(row[6] <= row[5] for row in told["rows"])
    if sys.platform == "linux":
        assert [row[3] for row in told["host_rows"]] == ["start", "reconstruct", "extract", "extract again"]
        assert all(0 < own < resident for *_, resident, own in told["host_rows"])
