# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue as a Parquet table, for whoever asks questions of a library: pandas, DuckDB, Spark.

Columns are called as in the JSON Lines. `seconds`, `hashes` and `sizes` are maps; `review` and `settings`, whose shape
may grow, are texts of JSON. A table holds sound Unicode alone: what of a file's name is none stands as %E9.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from triposr_addon.batch.failures import PyarrowMissing
from triposr_addon.batch.target import put_in_place
from triposr_addon.batch.target_failures import named
from triposr_addon.catalogue_file import Record, records_in
from triposr_addon.worker.sound_text import sound_text

PARQUET_NAME = "catalogue.parquet"
ROWS_AT_A_TIME = 4096
AS_JSON = ("review", "settings")
WHOLES = ("triangles", "vertices", "parts", "picture_bytes", "picture_modified")


def check_pyarrow() -> None:
    """Before the work, not after it. Raises PyarrowMissing."""
    try:
        import pyarrow.parquet  # noqa: F401  # to see whether it is there
    except ImportError as error:
        raise PyarrowMissing(
            "A catalogue in Parquet needs the package pyarrow. Run the command by python3 -m vendor_installer "
            "run --with ray -- python -m triposr_addon batch …, or leave --catalogue out.",
            repr(error),
        ) from error


def write_parquet(catalogue: Path) -> Path:
    """Write the table beside a catalogue of JSON Lines, with the same records in the same order, a few at a time.

    Raises PyarrowMissing, TargetUnwritable, TargetFull.
    """
    check_pyarrow()
    import pyarrow
    from pyarrow import parquet

    path = catalogue.with_name(PARQUET_NAME)
    kinds = pyarrow.schema(_columns(pyarrow))
    with (
        put_in_place(path) as aside,
        catalogue.open("rb") as file,
        parquet.ParquetWriter(aside, kinds, compression="zstd") as table,
    ):
        for rows in _rows(records_in(file)):
            table.write_table(pyarrow.Table.from_pylist(rows, schema=kinds))
    return path


def renew_parquet(catalogue: Path) -> str:
    """A table that an earlier run has left beside the catalogue is written anew: it must not tell other things.

    Without pyarrow it is taken away; returns the sentence that says so, else "". Raises TargetUnwritable, TargetFull.
    """
    path = catalogue.with_name(PARQUET_NAME)
    if not path.is_file():
        return ""
    try:
        write_parquet(catalogue)
    except PyarrowMissing:
        _take_away(path)
        return (
            f"The {PARQUET_NAME} of an earlier run was taken away: it may say other things than {catalogue.name}, and "
            "the package pyarrow, which writes it, is missing here. Merge with --catalogue parquet where pyarrow is."
        )
    return ""


def _take_away(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise named(error, path.parent) from error


def _columns(pyarrow: Any) -> list[tuple[str, Any]]:
    """Of each name in a record, in order, the kind of its column."""
    text, whole, real = pyarrow.string(), pyarrow.int64(), pyarrow.float64()
    others = {
        **dict.fromkeys(WHOLES, whole),
        "closed": pyarrow.bool_(),
        "overlap": real,
        "seconds": pyarrow.map_(text, real),
        "hashes": pyarrow.map_(text, text),
        "sizes": pyarrow.map_(text, whole),
        "warnings": pyarrow.list_(text),
    }
    return [(entry.name, others.get(entry.name, text)) for entry in dataclasses.fields(Record)]


def _rows(records: Iterator[Record]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(records, ROWS_AT_A_TIME)):
        yield [_row(record) for record in some]


def _row(record: Record) -> dict[str, Any]:
    maps = {name: _pairs(getattr(record, name)) for name in ("seconds", "hashes", "sizes")}
    texts = {name: json.dumps(getattr(record, name)) for name in AS_JSON}
    plain = {name: sound_text(value) if isinstance(value, str) else value for name, value in vars(record).items()}
    return {**plain, **maps, **texts, "warnings": [sound_text(warning) for warning in record.warnings]}


def _pairs(group: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(sound_text(name), sound_text(value) if isinstance(value, str) else value) for name, value in group.items()]
