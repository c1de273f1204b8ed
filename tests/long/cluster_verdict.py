# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds a library that a cluster made against the one that a single process made of the same pictures."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from triposr_addon.catalogue_file import CATALOGUE_NAME, MADE, Record, record_or_none, records_in

RECORD_NAME = "record.json"
OF_THE_MOMENT: Mapping[str, object] = {"seconds": {}, "at": "", "device": ""}
"""What two records of the same result may differ in."""


@dataclasses.dataclass(frozen=True)
class Verdict:
    """made, failed: records of the cluster. missing, foreign, twice: ids. different: ids whose record or files are not
    those of the single process; unknown: ids that it has not made. left: files that no record tells of. All but the
    first two are to be empty.
    """

    made: int
    failed: int
    missing: list[str]
    foreign: list[str]
    twice: list[str]
    different: list[str]
    unknown: list[str]
    left: list[str]

    @property
    def is_good(self) -> bool:
        """Every id exactly once, and equal."""
        return self.made > 0 and not any(
            (self.missing, self.foreign, self.twice, self.different, self.unknown, self.left)
        )


def judge(ids: set[str], one: Path, many: Path) -> Verdict:
    """ids: of the source. one, many: the targets of the single process and of the cluster."""
    lines = _catalogue(many)
    counts = Counter(record.id for record in lines)
    records = {record.id: record for record in lines}
    expected = {record.id: record for record in _records_in_folders(one)}
    in_folders = Counter(record.id for record in _records_in_folders(many))
    return Verdict(
        made=sum(record.status == MADE for record in lines),
        failed=sum(record.status != MADE for record in lines),
        missing=sorted(ids - counts.keys() | ids - in_folders.keys()),
        foreign=sorted((counts.keys() | in_folders.keys()) - ids),
        twice=sorted(item for item in counts if max(counts[item], in_folders[item]) > 1),
        different=sorted(
            item
            for item in records.keys() & expected.keys()
            if not _are_equal(records[item], expected[item], many, one)
        ),
        unknown=sorted(records.keys() - expected.keys()),
        left=sorted(_left(many, records)),
    )


def lasting(record: Record) -> Record:
    """What of a record must be the same each time."""
    return dataclasses.replace(record, **OF_THE_MOMENT)  # type: ignore[arg-type]  # fields of the record


def _catalogue(target: Path) -> list[Record]:
    with (target / CATALOGUE_NAME).open("rb") as file:
        return list(records_in(file))


def _records_in_folders(target: Path) -> list[Record]:
    found = (record_or_none(path.read_bytes()) for path in target.glob(f"items/*/*/{RECORD_NAME}"))
    return [record for record in found if record]


def _are_equal(record: Record, other: Record, target: Path, others: Path) -> bool:
    """All fields that must be, and every byte of every file."""
    return lasting(record) == lasting(other) and all(
        (target / record.folder / name).read_bytes() == (others / other.folder / name).read_bytes()
        for name in record.hashes
    )


def _left(target: Path, records: Mapping[str, Record]) -> list[str]:
    known = {f"{record.folder}/{name}" for record in records.values() for name in (*record.hashes, RECORD_NAME)}
    there = {path.relative_to(target).as_posix() for path in (target / "items").rglob("*") if path.is_file()}
    marks = {path.name for path in target.glob(".*")}
    return [*(there - known), *marks]
