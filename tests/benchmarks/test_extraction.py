# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that measures extraction: its figures, and what it says to input that makes no sense."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
from benchmarks.extraction import effort_for, main  # noqa: E402 - after the check that torch is there
from benchmarks.head_to_head import Effort  # noqa: E402

pytestmark = pytest.mark.torch

CHECKOUT = Path(__file__).parents[2]
NUMBERS = ("textbook_s", "textbook_tuned_s", "ours_s", "speedup", "speedup_tuned", "queries", "triangles", "vertices")


def measured(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    out = tmp_path / "deep" / "out.json"
    assert main([*arguments, "--json", str(out), "--repeats", "1"]) == 0
    document: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return document


def test_one_field_at_one_resolution_is_one_object(ball_file: Path, tmp_path: Path) -> None:
    figures = measured(tmp_path, "--field", str(ball_file), "--resolution", "128")
    assert all(figures[name] > 0 for name in NUMBERS)
    assert figures["speedup"] == pytest.approx(figures["textbook_s"] / figures["ours_s"], rel=0.01)
    assert (figures["field"], figures["resolution"], figures["threshold"]) == ("ball", 128, 25.0)
    assert figures["queries"] == figures["lattice_queries"] + figures["vertices"]
    assert figures["textbook_queries"] == 128**3
    assert list(figures["stages_s"]["textbook"]) == ["query", "marching cubes", "colours"]
    assert figures["machine"]["torch"] == torch.__version__


def test_several_are_rows(ball_file: Path, tmp_path: Path) -> None:
    two = ("--resolution", "24", "--resolution", "40")
    document = measured(tmp_path, "--field", str(ball_file), *two, "--one-thread")
    assert [row["resolution"] for row in document["rows"]] == [24, 40]
    assert {row["clock"] for row in document["rows"]} == {"CPU seconds of one thread, median"}


def test_slow_textbooks_run_less_often() -> None:
    cpu = torch.device("cpu")
    assert effort_for(128, cpu, None, one_thread=False) == Effort(3, 3, 3)
    assert effort_for(512, cpu, None, one_thread=False) == Effort(textbook=1, tuned=0, ours=3)
    assert effort_for(512, cpu, 2, one_thread=True) == Effort(2, 2, 2, one_thread=True)


def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nothing of the kind")
    script = [sys.executable, str(CHECKOUT / "benchmarks" / "extraction.py")]
    arguments = ["--field", str(tmp_path / "bad.npz"), "--resolution", "32", "--json", str(tmp_path / "out.json")]
    run = subprocess.run([*script, *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 2
    assert run.stderr.strip().endswith("it can't be read as an .npz.")
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_field_without_a_surface_is_named(
    ball_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import numpy as np

    with np.load(ball_file) as arrays:
        np.savez(tmp_path / "empty.npz", **dict(arrays), threshold=1e6)
    arguments = ["--field", str(tmp_path / "empty.npz"), "--resolution", "32", "--json", str(tmp_path / "out.json")]
    assert main(arguments) == 2
    assert "Lower the threshold" in capsys.readouterr().err


def test_a_place_that_can_not_be_written_is_named(
    ball_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ball_file / "out.json"  # below a file
    assert main(["--field", str(ball_file), "--resolution", "24", "--json", str(out), "--repeats", "1"]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_graphics_card_that_is_not_there_is_named(
    ball_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    code = main(["--field", str(ball_file), "--resolution", "24", "--json", str(out), "--device", "cuda"])
    if torch.cuda.is_available():
        assert json.loads(out.read_text("utf-8"))["peak_bytes"]["ours"] > 0
    else:
        assert code == 2
        assert "cuda can't be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--resolution", "8"],
        ["--resolution", "4000"],
        ["--resolution", "many"],
        ["--resolution", "32", "--repeats", "0"],
        ["--resolution", "32", "--device", "abacus"],
        [],
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(ball_file: Path, tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--field", str(ball_file), "--json", str(tmp_path / "out.json"), *arguments])
