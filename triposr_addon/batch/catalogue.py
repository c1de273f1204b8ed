# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the catalogue of a library: the records of all its items, a line each, ordered by id."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from triposr_addon.batch.target import ASIDE, Target
from triposr_addon.batch.target_failures import named
from triposr_addon.catalogue_file import CATALOGUE_NAME, MADE, Record, as_line


@dataclass(frozen=True)
class CatalogueWritten:
    """Where the catalogue is, and how many of its records tell of meshes, and of failures."""

    path: Path
    made: int
    failed: int


def write_catalogue(target: Target) -> CatalogueWritten:
    """Write `catalogue.jsonl` anew, aside, and put it in place. Raises TargetUnwritable, TargetFull.

    Records are read one by one; what is held of each meanwhile is its id.
    """
    path, made, failed = target.root / CATALOGUE_NAME, 0, 0
    aside = target.root / f"{ASIDE}{uuid.uuid4().hex[:12]}.{CATALOGUE_NAME}"
    try:
        with aside.open("wb") as file:
            for record in records_in_order(target):
                file.write(as_line(record))
                made, failed = made + (record.status == MADE), failed + (record.status != MADE)
        aside.replace(path)
    except OSError as error:
        raise named(error, target.root) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return CatalogueWritten(path, made, failed)


def records_in_order(target: Target) -> Iterator[Record]:
    """All records, by id, each id once. Raises OSError."""
    for item_id in sorted(record.id for record in target.records()):
        if record := target.record_or_none(item_id):
            yield record
