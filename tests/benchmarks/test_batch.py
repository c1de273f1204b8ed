# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of several pictures together, on a small synthetic checkpoint, by the command that anybody types."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
from benchmarks.report import page  # noqa: E402 - after the check that torch is there

pytestmark = [pytest.mark.torch, pytest.mark.parity]


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", "batch", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def document(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("figures") / "batch.json"
    ways = ["--synthetic", "tiny", "--sizes", "1,2,4", "--runs", "2", "--one-thread", "--precision", "full"]
    finished = run(checkout, *ways, "--json", str(out))
    assert finished.returncode == 0, finished.stderr
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


def test_the_figures_are_complete(document: dict[str, Any]) -> None:
    assert list(document["seconds_a_picture"]) == ["1", "2", "4"]
    assert [len(runs) for runs in document["runs_s"].values()] == [2, 2, 2]
    for size, runs in document["runs_s"].items():
        assert document["seconds_a_picture"][size] == pytest.approx(sum(runs) / 2 / int(size), abs=2e-5)
    assert (document["precision"], document["threads"], document["floor_s"]) == ("float32", 1, None)
    assert set(document["same_bits"]) == {"1", "2", "4"}
    assert document["same_bits"]["1"] is True
    assert all(len(row) == len(document["columns"]) for row in document["rows"])


def test_the_page_shows_them(document: dict[str, Any]) -> None:
    shown = page({"batch": document})
    assert "## Several pictures together" in shown
    assert "| together | s a picture |" in shown
    assert document["note"] in shown


def test_the_page_shows_those_of_a_card_too(document: dict[str, Any]) -> None:
    shown = page({"batch_cuda": document})
    assert "### Several pictures together" in shown
    assert "| together | s a picture |" in shown


def test_numbers_that_are_none_are_refused(checkout: Path) -> None:
    for sizes in ("0", "65", "many"):
        finished = run(checkout, "--sizes", sizes)
        assert finished.returncode == 2
        assert "--sizes" in finished.stderr
