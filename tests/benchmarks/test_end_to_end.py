# SPDX-License-Identifier: GPL-3.0-or-later
"""From photo to mesh, both ways, with the small synthetic checkpoint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
from benchmarks.end_to_end import main

pytestmark = [pytest.mark.torch, pytest.mark.parity]


@pytest.fixture(scope="module")
def checkpoint(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    maker = facts / "parity" / "synthetic_checkpoint.py"
    subprocess.run([sys.executable, str(maker), str(folder), "--size", "tiny"], check=True, timeout=120)
    return folder


def test_each_surface_is_a_row_and_goes_through_every_stage(checkpoint: Path, ball_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    arguments = ["--checkpoint", str(checkpoint), "--field", str(ball_file), "--resolution", "40", "--json", str(out)]
    assert main(arguments) == 0
    ball, own = json.loads(out.read_text("utf-8"))["rows"]
    assert (ball["surface_of"], own["surface_of"]) == ("ball", checkpoint.name)
    assert (ball["threshold"], len(ball["runs_s"]["textbook"]), len(own["runs_s"]["textbook"])) == (25.0, 2, 1)
    for row in (ball, own):
        assert row["triangles"] > 0
        assert row["speedup"] == pytest.approx(row["textbook_s"] / row["ours_s"], rel=0.01, abs=0.06)  # told in tenths
        assert list(row["stages_s"]["textbook"]) == ["frame", "forward", "query", "marching cubes", "colours"]
        assert {"reconstruct", "maps", "coarse", "secant", "colour"} <= set(row["stages_s"]["ours"])


def test_a_folder_without_a_model_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--checkpoint", str(tmp_path), "--json", str(tmp_path / "out.json")]) == 2
    assert "has no config.yaml" in capsys.readouterr().err
