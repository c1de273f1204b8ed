# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of figures: made of whatever benchmarks left, true about what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.report import page, read_documents, write_report
from benchmarks.tables import own_table, table

MACHINE = {
    "cpu": "Test CPU",
    "cores": 2,
    "threads": 2,
    "torch": "2.0",
    "python": "3.11",
    "system": "Linux",
    "load": 0.1,
}
ROW = {
    "field": "chair",
    "resolution": 256,
    "textbook_s": 20.0,
    "textbook_tuned_s": None,
    "ours_s": 0.5,
    "speedup": 40.0,
    "speedup_tuned": None,
    "p90_s": {"ours": 0.6},
    "runs_s": {"textbook": [20.0], "ours": [0.5] * 3},
    "stages_s": {"textbook": {"query": 19.0}, "ours": {"extract": 0.4, "colour": 0.1}},
    "queries": 600_000,
    "colour_queries": 40_000,
    "fraction_of_dense": 0.03333,
    "launches": 3000,
    "textbook_launches": 65_000,
    "vertices": 40_000,
    "triangles": 80_000,
    "clock": "wall seconds, median",
    "marching_cubes": "a library's",
}


@pytest.fixture
def extraction() -> dict[str, Any]:
    return {"benchmark": "extraction", "machine": MACHINE, "rows": [ROW]}


def test_the_page_says_the_ratio_first_and_on_what_machine(extraction: dict[str, Any]) -> None:
    text = page({"extraction": extraction})
    assert "| chair | 256 | **40.0" in text
    assert "2 cores of Test CPU" in text
    assert "load average 0.1" in text
    assert "600,000" in text
    assert "1/30.0" in text


def test_the_page_says_what_was_not_measured(extraction: dict[str, Any]) -> None:
    text = page({"extraction": extraction})
    assert "No graphics card was at hand" in text
    assert "Not measured in this run: the forward pass; several pictures together; memory;" in text
    assert "| H200 |" in text
    assert "| 16 | not run: no card | 334 |" in text


def test_rows_of_a_graphics_card_stand_beside_their_floor(extraction: dict[str, Any]) -> None:
    on_card = {**ROW, "peak_bytes": {"textbook": 3 << 30, "ours": 1 << 29}, "textbook_s": 0.4, "ours_s": 0.01}
    machine = {**MACHINE, "gpu": "NVIDIA H200"}
    text = page({"extraction": extraction, "extraction_cuda": {"machine": machine, "rows": [on_card]}})
    floor_ms = 1e3 * (600_000 * 65_664 + 40_000 * 81_408) / 67e12
    assert f"| 400.0 | 10.0 (600.0) | {floor_ms:.2f} | 3,072 / 512 |" in text
    assert "No graphics card" not in text


def test_a_single_object_is_a_row_too(extraction: dict[str, Any]) -> None:
    single = {"benchmark": "extraction", "machine": MACHINE, **ROW, "resolution": 512}
    text = page({"extraction": extraction, "extraction_512": single})
    assert "| chair | 512 |" in text


def test_other_benchmarks_bring_their_own_table_or_are_listed() -> None:
    assert (
        own_table({"columns": ["what", "MB"], "rows": [["forward", 12]]})
        == "| what | MB |\n| --- | ---: |\n| forward | 12 |"
    )
    listed = own_table({"machine": MACHINE, "start_to_ready_s": 1.25, "parts": {"mesh_ms": 7.0}})
    assert "| start to ready | 1.25 s |" in listed
    assert "| parts: mesh | 7 ms |" in listed
    assert "cores" not in listed


def test_numbers_are_written_to_be_read() -> None:
    assert table(["a", "b", "c"], [[1234567, 0.123456, "x"]]).splitlines()[-1] == "| 1,234,567 | 0.1235 | x |"


def test_page_and_chart_are_written(extraction: dict[str, Any], tmp_path: Path) -> None:
    results, checkout = tmp_path / "results", tmp_path / "checkout"
    results.mkdir()
    (results / "extraction.json").write_text(json.dumps(extraction), encoding="utf-8")
    assert list(read_documents(results)) == ["extraction"]
    write_report(results, checkout)
    chart = ElementTree.parse(checkout / "docs" / "images" / "benchmarks.svg")
    words = "".join(chart.getroot().itertext())
    assert "chair" in words
    assert "40" in words
    assert "images/benchmarks.svg" in (checkout / "docs" / "benchmarks.md").read_text("utf-8")
