# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's numbers against the reference implementation's, on the small synthetic checkpoint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
from benchmarks.parity import compare  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

Golden = dict[str, NDArray[Any]]


@pytest.fixture
def golden(facts: Path) -> Golden:
    with np.load(facts / "parity" / "golden_tiny.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def checkpoint(tiny_checkpoint: Path) -> LoadedCheckpoint:
    return load_checkpoint(tiny_checkpoint, torch.device("cpu"), "full")


def above_tolerance(checkpoint: LoadedCheckpoint, golden: Golden) -> list[str]:
    with torch.inference_mode():
        return [comparison.name for comparison in compare(checkpoint, golden) if not comparison.passed]


def test_every_array_of_the_golden_is_within_tolerance(checkpoint: LoadedCheckpoint, golden: Golden) -> None:
    assert above_tolerance(checkpoint, golden) == []


@pytest.mark.parametrize(
    ("array", "noticed_as"),
    [
        ("rgba", "preprocessed"),
        ("image_tokens", "image_tokens"),
        ("scene_code", "scene_code"),
        ("density", "log_density"),
        ("color", "colour"),
        ("views", "views"),
        ("mesh_faces", "mesh_faces"),
        ("mesh_area", "mesh_area"),
        ("mesh_bounds", "mesh_bounds"),
    ],
)
def test_a_changed_array_is_noticed(checkpoint: LoadedCheckpoint, golden: Golden, array: str, noticed_as: str) -> None:
    changed = golden[array] * 0.98 if array != "rgba" else golden[array][:, ::-1]
    assert noticed_as in above_tolerance(checkpoint, {**golden, array: changed})


@pytest.mark.parametrize(("factor", "exit_code"), [(1.0, 0), (1.01, 1), (np.nan, 1)])
def test_the_command_prints_each_error_and_exits_by_it(
    checkout: Path, tiny_checkpoint: Path, golden: Golden, tmp_path: Path, factor: float, exit_code: int
) -> None:
    np.savez(tmp_path / "golden.npz", **{**golden, "scene_code": golden["scene_code"] * factor})  # type: ignore[arg-type]  # names come from the file
    command = [sys.executable, str(checkout / "benchmarks" / "parity.py"), str(tiny_checkpoint)]
    finished = subprocess.run(
        [*command, str(tmp_path / "golden.npz")], capture_output=True, text=True, timeout=300, check=False
    )
    assert finished.returncode == exit_code, finished.stdout + finished.stderr
    assert finished.stdout.count("ABOVE") == exit_code
