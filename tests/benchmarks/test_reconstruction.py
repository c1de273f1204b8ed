# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of the forward pass on a small synthetic checkpoint: what it writes, and that both ways agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
from benchmarks.reconstruction import plain_attention  # noqa: E402 - after the check that torch is there

pytestmark = [pytest.mark.torch, pytest.mark.parity]

STAGES = ["image encoder", "transformer", "upsampler"]


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout / "benchmarks" / "reconstruction.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def document(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("figures") / "reconstruction.json"
    finished = run(checkout, "--synthetic", "tiny", "--runs", "2", "--one-thread", "--json", str(out))
    assert finished.returncode == 0, finished.stderr
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_the_figures_are_complete(document: dict[str, Any]) -> None:
    assert document["speedup"] == pytest.approx(document["textbook_s"] / document["ours_s"], rel=0.05)
    assert [len(runs) for runs in document["runs_s"].values()] == [2, 2]
    assert [list(stages) for stages in document["stages"].values()] == [STAGES, STAGES]
    assert [row[0] for row in document["rows"]] == [*STAGES, "all"]
    assert all(len(row) == len(document["columns"]) for row in document["rows"])
    assert document["clock"] == "CPU seconds of one thread"
    assert document["threads"] == document["machine"]["threads"] == 1


def test_half_precision_changes_little(document: dict[str, Any]) -> None:
    assert document["scene_code_error"] < 0.02
    assert document["meshes"][0]["picture"] == "demo_photo"
    for mesh in document["meshes"]:
        assert 0 < mesh["scene_code_error"] < 0.02
        assert mesh["chamfer_voxels"] < 0.2
        assert mesh["f_score"] > 0.99


def test_a_folder_without_a_model_is_one_sentence(checkout: Path, tmp_path: Path) -> None:
    finished = run(checkout, "--checkpoint", str(tmp_path), "--json", str(tmp_path / "figures.json"))
    assert finished.returncode == 2
    assert "config.yaml" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_plain_attention_is_fused_attention() -> None:
    queries, keys, values = (torch.rand(1, 3, length, 16) for length in (7, 9, 9))
    fused = torch.nn.functional.scaled_dot_product_attention(queries, keys, values)
    torch.testing.assert_close(plain_attention(queries, keys, values), fused)
