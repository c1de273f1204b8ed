# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests in Parquet, as pandas, Spark or DuckDB write them; and damaged ones."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.batch.libraries import PHOTO, SURFACE, codes, ids
from triposr_addon.batch.failures import ColumnMissing, PyarrowMissing, SourceEmpty, SourceFailure, SourceUnreadable
from triposr_addon.batch.item import Listing
from triposr_addon.batch.source import read_listing


def table(folder: Path, **columns: Any) -> Path:
    """A file of these columns."""
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "m.parquet")
    return folder / "m.parquet"


def read(source: Path) -> Listing:
    return read_listing(source, PHOTO, SURFACE)


def test_a_missing_package_is_told_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "m.parquet").write_bytes(b"PAR1")
    with pytest.raises(PyarrowMissing, match="vendor_installer run --with ray"):
        read(tmp_path / "m.parquet")


@pytest.mark.ray
def test_columns_of_any_type_are_read(tmp_path: Path) -> None:
    listing = read(
        table(
            tmp_path,
            Id=[1, 2, 3],
            path=["a.png", "b.png", "c.png"],
            resolution=[128.0, None, float("nan")],
            symmetry=[True, False, None],
            threshold=["25", "", None],
            background=[b"none", None, b""],
            embedding=[[1.0, 2.0], None, []],
        )
    )
    assert ids(listing) == ["1", "2", "3"]
    first, second, third = listing.items
    assert (first.surface.resolution, first.surface.symmetry, first.photo.background) == (128, True, "none")
    assert (second.surface, third.surface) == (SURFACE, SURFACE)
    assert listing.warnings[0].startswith("Columns of m.parquet that nobody knows are passed over: embedding. ")


@pytest.mark.ray
def test_rows_are_counted_from_one_and_refused_by_name(tmp_path: Path) -> None:
    listing = read(
        table(tmp_path, path=["a.png", None, "b\0.png", "c.png", "d.png"], smoothing=[0, 1, 2, 101, 2**63 - 1])
    )
    assert ids(listing) == ["a"]
    assert codes(listing) == {
        "row 2": "ROW_WITHOUT_PATH",
        "row 3": "ROW_PATH_INVALID",
        "c": "ROW_SETTING_INVALID",
        "d": "ROW_SETTING_INVALID",
    }


@pytest.mark.ray
def test_columns_that_can_be_no_cells_are_refused_row_by_row(tmp_path: Path) -> None:
    listing = read(table(tmp_path, path=["a.png", "b.png"], resolution=[{"x": 1}, None]))
    assert (ids(listing), codes(listing)) == (["b"], {"a": "ROW_SETTING_INVALID"})


@pytest.mark.ray
def test_a_table_that_is_no_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match="there is name"):
        read(table(tmp_path, name=["a.png"]))
    with pytest.raises(SourceEmpty, match="no rows"):
        read(table(tmp_path, path=["", None]))


@pytest.mark.ray
def test_a_damaged_table_is_told_or_read(tmp_path: Path) -> None:
    rows = 200
    sound = table(
        tmp_path, path=[f"{n}.png" for n in range(rows)], resolution=[64 + n for n in range(rows)]
    ).read_bytes()
    chance, told = random.Random(8), 0
    for _ in range(60):
        wounded = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            wounded[chance.randrange(len(wounded))] = chance.randrange(256)
        (tmp_path / "x.parquet").write_bytes(wounded[: chance.choice((len(wounded), chance.randrange(len(wounded))))])
        try:
            read(tmp_path / "x.parquet")
        except SourceFailure as failure:
            told += isinstance(failure, SourceUnreadable)
    assert told > 20
    for content in (b"", b"PAR1", b"x" * 100):
        (tmp_path / "x.parquet").write_bytes(content)
        with pytest.raises(SourceUnreadable, match="no Parquet table"):
            read(tmp_path / "x.parquet")
