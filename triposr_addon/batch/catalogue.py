# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the catalogue of a library: the records of all its items, a line each, ordered by id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from triposr_addon.batch.target import Target, put_in_place
from triposr_addon.catalogue_file import CATALOGUE_NAME, MADE, Record, as_line


@dataclass(frozen=True)
class CatalogueWritten:
    """Where the catalogue is, how many of its records tell of meshes, and of failures, and the ids of all.

    gone: ids of those whose files are not there any more, or not whole.
    """

    path: Path
    made: int
    failed: int
    ids: Collection[str]
    gone: Sequence[str]


def no_record(_record: Record) -> bool:
    """Where none is outdated."""
    return False


def write_catalogue(
    target: Target, outdated: Callable[[Record], bool] = no_record, *, looks_at_files: bool = False
) -> CatalogueWritten:
    """Write `catalogue.jsonl` anew, aside, and put it in place. Raises TargetUnwritable, TargetFull.

    What is held of each record meanwhile is its id. outdated: whether a record, which must have no files, is to go.
    looks_at_files: whether it is to be found out what is `gone`.
    """
    path = target.root / CATALOGUE_NAME
    with put_in_place(path) as aside:
        statuses, gone = dict[str, str](), list[str]()
        for record in _current(target, outdated):
            statuses[record.id] = record.status
            gone += [record.id] if looks_at_files and not target.is_whole(record) else []
        with aside.open("wb") as file:
            file.writelines(_lines(target, sorted(statuses)))
    made = sum(status == MADE for status in statuses.values())
    return CatalogueWritten(path, made, len(statuses) - made, statuses.keys(), sorted(gone))


def _current(target: Target, outdated: Callable[[Record], bool]) -> Iterator[Record]:
    """All records but those that are outdated, which are taken away."""
    for record in target.records():
        if outdated(record):
            target.forget(record)
        else:
            yield record


def _lines(target: Target, ids: list[str]) -> Iterator[bytes]:
    """The records' lines as they stand in their files, each of which was read as a record a moment ago."""
    for item_id in ids:
        line = target.record_bytes(item_id)
        if line.endswith(b"\n") and line.count(b"\n") == 1:
            yield line
        elif record := target.record_or_none(item_id):
            yield as_line(record)
