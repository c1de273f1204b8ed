# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests in Parquet, read by pyarrow where it is installed: a few columns of a few thousand rows at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triposr_addon.batch.columns import Columns, columns_of
from triposr_addon.batch.csv_rows import Row
from triposr_addon.batch.failures import PyarrowMissing, SourceUnreadable
from triposr_addon.batch.item import Listing
from triposr_addon.batch.manifest import Manifest
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

if TYPE_CHECKING:
    import pyarrow.parquet

ROWS_AT_A_TIME = 16_384


def listing_of_parquet(source: Path, photo: PhotoSettings, surface: SurfaceSettings) -> Listing:
    """The rows of a .parquet table, counted from 1. source: absolute. Raises SourceFailure, OSError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise PyarrowMissing(
            f"{source.name} is Parquet, which needs the package pyarrow. Run the command by python3 -m "
            "vendor_installer run --with ray -- python -m triposr_addon batch …, or give the table as .csv.",
            repr(error),
        ) from error
    with source.open("rb") as file:
        file.read(1)  # what the system does not let us read is another failure than damage
    try:
        with pyarrow.parquet.ParquetFile(source) as table:
            names = [str(name) for name in table.schema_arrow.names]
            return Manifest(source, names, photo, surface).listing(_rows(table, columns_of(names, source.name), names))
    # Damage shows as any of these: pyarrow calls a page that it can't read an OSError.
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        sentence = f"{source.name} is no Parquet table, or a damaged one. Write it anew, or give the table as .csv."
        raise SourceUnreadable(sentence, repr(error)) from error


def _rows(table: pyarrow.parquet.ParquetFile, columns: Columns, names: list[str]) -> Iterator[Row]:
    """All cells as text; those of columns that nobody needs are empty, and never read."""
    needed, number = columns.needed, 0
    for batch in table.iter_batches(ROWS_AT_A_TIME, columns=[names[place] for place in needed]):
        values = [batch.column(names[place]).to_pylist() for place in needed]
        for row in zip(*values, strict=True):
            number += 1
            cells = [""] * columns.count
            for place, value in zip(needed, row, strict=True):
                cells[place] = _text(value)
            yield number, cells


def _text(value: Any) -> str:
    """A cell as a table of text would have it; what is no number is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else str(value)
