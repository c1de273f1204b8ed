# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks of libraries measure with: records as batches leave them, small items, pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("numba")

from benchmarks.library_files import example_record, file_figures
from benchmarks.library_pictures import before_backdrop
from triposr_addon.catalogue_file import as_line, record_or_none

pytestmark = pytest.mark.torch


def test_an_example_is_a_record_that_a_catalogue_takes() -> None:
    record = example_record(7)
    assert record_or_none(as_line(record)) == record
    assert example_record(8).id != record.id


def test_items_and_a_catalogue_are_written_read_and_counted(tmp_path: Path) -> None:
    figures = file_figures(tmp_path / "files", items=5, records=60)
    assert (figures["items"], figures["records"]) == (5, 60)
    assert len(list(tmp_path.rglob("record.json"))) == 5
    assert figures["catalogue bytes a record"] == pytest.approx(len(as_line(example_record(30))), rel=0.05)
    assert figures["memory bytes a record"] > figures["catalogue bytes a record"]


def test_a_photo_hides_its_alpha_before_a_backdrop() -> None:
    cut_out = np.zeros((8, 8, 4), np.uint8)
    cut_out[2:6, 2:6] = (200, 20, 30, 255)
    photo = before_backdrop(cut_out, seed=1)
    assert photo.shape == (8, 8, 3)
    assert (photo[3, 3] == (200, 20, 30)).all()
    assert photo[0, 0].min() > 180
