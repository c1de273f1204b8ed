# SPDX-License-Identifier: GPL-3.0-or-later
"""The cold start benchmark starts real workers and tells every figure that it promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from benchmarks import cold_start

pytestmark = pytest.mark.torch


def test_every_figure_is_measured_and_written(tmp_path: Path) -> None:
    out = tmp_path / "cold_start.json"
    assert cold_start.main(["--resolution", "32", "--rounds", "1", "--json", str(out)]) == 0
    told = json.loads(out.read_text())
    assert set(told["runs"]) == set(cold_start.NAMES)
    assert all(told[key] > 0.0 and told["runs"][key] for key in cold_start.NAMES)
    assert len(told["runs"]["second_click_s"]) == 2
    assert [meaning for meaning, _ in told["rows"]] == list(cold_start.NAMES.values())


def test_a_job_that_fails_ends_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(cold_start.Failed, match=r"none\.png does not exist"):
        cold_start.main(["--photo", str(tmp_path / "none.png"), "--rounds", "1"])
