# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that runs every benchmark: that it knows them, survives a failing one, and writes its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import FIELDS, Stage, main, parser, run, stages

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_every_stage_is_a_script_that_exists_under_a_name_of_its_own(device: str) -> None:
    options = parser().parse_args(["--device", device, "--blender-python", "python-with-bpy"])
    planned = list(stages(options, Path("checkpoint")))
    assert all((CHECKOUT / "benchmarks" / f"{stage.script}.py").is_file() for stage in planned)
    assert len({stage.name for stage in planned}) == len(planned)
    assert {"extraction" if device == "cpu" else "extraction_cuda"} <= {stage.name for stage in planned}


def test_thorough_takes_every_field_at_512() -> None:
    options = parser().parse_args(["--thorough"])
    fine = next(stage for stage in stages(options, Path("checkpoint")) if stage.name == "extraction_512")
    assert sum(argument == "--field" for argument in fine.arguments) == len(FIELDS)


@pytest.mark.torch
def test_a_failing_stage_is_told_and_leaves_no_older_figures(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    figures = tmp_path / "vertex_error.json"
    figures.write_text("{}", encoding="utf-8")
    assert not run(Stage("vertex_error", "vertex_error", ["--field", str(tmp_path / "absent.npz")]), figures)
    assert not figures.exists()
    told = capfd.readouterr()
    assert "FAILED (2)" in told.out
    assert "does not exist" in told.err


@pytest.mark.torch
def test_a_stage_that_goes_well_leaves_its_figures(ball_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    figures = tmp_path / "vertex_error.json"
    arguments = ["--field", str(ball_file), "--resolution", "24"]
    assert run(Stage("vertex_error", "vertex_error", arguments), figures)
    assert figures.exists()


def test_report_alone_measures_nothing_and_writes_the_page(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    assert main(["--report", "--results", str(tmp_path / "results"), "--checkout", str(tmp_path)]) == 0
    assert "Not measured in this run" in (tmp_path / "docs" / "benchmarks.md").read_text("utf-8")
