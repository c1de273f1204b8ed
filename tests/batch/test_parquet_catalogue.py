# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue as a Parquet table."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from triposr_addon.batch.failures import PyarrowMissing
from triposr_addon.batch.parquet_catalogue import PARQUET_NAME, check_pyarrow, renew_parquet, write_parquet
from triposr_addon.catalogue_file import CATALOGUE_NAME, FAILED, MADE, Record, as_line

CUP = Record(
    "cup",
    "cup.png",
    MADE,
    triangles=12,
    closed=True,
    overlap=0.75,
    review={"parts": 1, "camera": {"fov": 40.0}},
    seconds={"reconstruct": 0.5, "extract": 0.25},
    hashes={"mesh.glb": "ab"},
    sizes={"mesh.glb": 1 << 40},
    warnings=("It is dark.",),
)
BAD = Record("schüssel", "schüssel.png", FAILED, "PHOTO_EMPTY", "It is empty.")


def test_a_missing_package_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PyarrowMissing, match="vendor_installer run --with ray"):
        check_pyarrow()


def test_an_old_table_goes_where_it_cannot_be_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / CATALOGUE_NAME).write_bytes(as_line(CUP))
    assert renew_parquet(tmp_path / CATALOGUE_NAME) == ""
    (tmp_path / PARQUET_NAME).write_bytes(b"an old table")
    assert "was taken away" in renew_parquet(tmp_path / CATALOGUE_NAME)
    assert [path.name for path in tmp_path.iterdir()] == [CATALOGUE_NAME]


@pytest.mark.ray
def test_an_old_table_is_written_anew(tmp_path: Path) -> None:
    from pyarrow import parquet

    (tmp_path / CATALOGUE_NAME).write_bytes(as_line(CUP))
    assert renew_parquet(tmp_path / CATALOGUE_NAME) == ""
    table = write_parquet(tmp_path / CATALOGUE_NAME)
    (tmp_path / CATALOGUE_NAME).write_bytes(as_line(CUP) + as_line(BAD))
    assert renew_parquet(tmp_path / CATALOGUE_NAME) == ""
    assert parquet.read_table(table, use_threads=False)["id"].to_pylist() == ["cup", "schüssel"]


@pytest.mark.ray
def test_the_table_says_what_the_lines_say(tmp_path: Path) -> None:
    from pyarrow import parquet

    (tmp_path / CATALOGUE_NAME).write_bytes(as_line(CUP) + as_line(BAD))
    path = write_parquet(tmp_path / CATALOGUE_NAME)
    cup, bad = parquet.read_table(path, use_threads=False).to_pylist()
    assert (cup["id"], cup["triangles"], cup["closed"], cup["overlap"]) == ("cup", 12, True, 0.75)
    assert dict(cup["seconds"]) == CUP.seconds
    assert dict(cup["sizes"]) == CUP.sizes
    assert json.loads(cup["review"]) == CUP.review
    assert cup["warnings"] == ["It is dark."]
    assert (bad["id"], bad["status"], bad["code"], bad["overlap"]) == ("schüssel", FAILED, "PHOTO_EMPTY", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CATALOGUE_NAME, PARQUET_NAME]


@pytest.mark.ray
def test_what_is_no_unicode_stands_in_sound_text(tmp_path: Path) -> None:
    """As in records of earlier versions."""
    from pyarrow import parquet

    odd = "caf\udce9"
    told = Record("cup", odd, FAILED, "X", f"{odd} is empty.", model=odd, hashes={odd: odd}, warnings=(odd,))
    (tmp_path / CATALOGUE_NAME).write_bytes(as_line(told))
    (row,) = parquet.read_table(write_parquet(tmp_path / CATALOGUE_NAME), use_threads=False).to_pylist()
    assert (row["picture"], row["sentence"], row["model"]) == ("caf%E9", "caf%E9 is empty.", "caf%E9")
    assert (row["hashes"], row["warnings"]) == ([("caf%E9", "caf%E9")], ["caf%E9"])


@pytest.mark.ray
def test_an_empty_library_is_an_empty_table(tmp_path: Path) -> None:
    from pyarrow import parquet

    (tmp_path / CATALOGUE_NAME).write_bytes(b"")
    table = parquet.read_table(write_parquet(tmp_path / CATALOGUE_NAME), use_threads=False)
    assert (table.num_rows, table.column_names[0]) == (0, "id")
