# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each picture of a library: a record for each id, and the catalogue that has them all, one a line.

A record is a file of JSON in its item's folder; a catalogue is a file of JSON Lines, a record a line, ordered by id.
What can't be read as a record is passed over. All paths of files that were made lie within the target folder.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .folder_log import LARGEST_NUMBER, LONGEST_TEXT

CATALOGUE_NAME = "catalogue.jsonl"
MADE, FAILED = "made", "failed"

LONGEST_LINE_BYTES = 1 << 20
"""Of a catalogue; a longer one is no record."""


@dataclass(frozen=True)
class Record:
    """What became of one picture.

    id: unique in the library. picture: its path, as the source gave it, absolute or within the source's folder. status:
    MADE or FAILED; code, sentence: of the failure. folder: the item's, within the target, with slashes; mesh, field,
    thumbnail: names of files in it, empty for none. triangles, vertices, parts, closed: of the mesh. overlap: of its
    silhouette from the front with the photo's, 0..1; review: all numbers of protocol.Reviewed; None, empty: not known.
    seconds: by step. device: where the network ran. model, model_sha256: which. settings: what it was made with.
    fingerprint: SHA-256 of settings and model; with picture_sha256 it tells whether the item is still what was asked
    for. picture_bytes, picture_modified (nanoseconds since 1970): the picture's file as it was. hashes: SHA-256 of each
    file that was made, by its name; sizes: its bytes. warnings: sentences. at: when it was over, ISO 8601 in UTC.
    """

    id: str
    picture: str
    status: str
    code: str = ""
    sentence: str = ""
    folder: str = ""
    mesh: str = ""
    field: str = ""
    thumbnail: str = ""
    triangles: int = 0
    vertices: int = 0
    parts: int = 0
    closed: bool = False
    overlap: float | None = None
    review: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    seconds: Mapping[str, float] = dataclasses.field(default_factory=dict)
    device: str = ""
    model: str = ""
    model_sha256: str = ""
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fingerprint: str = ""
    picture_sha256: str = ""
    picture_bytes: int = 0
    picture_modified: int = 0
    hashes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sizes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    at: str = ""


_NAMES = frozenset(entry.name for entry in dataclasses.fields(Record))
_TEXTS = tuple(entry.name for entry in dataclasses.fields(Record) if entry.type == "str")
"""Asked for once: a catalogue has a hundred thousand lines."""


def as_line(record: Record) -> bytes:
    """A line of JSON, its end included; keys in the order of the class: the same record gives the same bytes."""
    return json.dumps(vars(record), allow_nan=False).encode("ascii") + b"\n"


def records_in(file: BinaryIO) -> Iterator[Record]:
    """The records of an open catalogue, one after the other, in little memory. Raises OSError."""
    while line := file.readline(LONGEST_LINE_BYTES):
        record = record_or_none(line)
        if record is not None:
            yield record


def record_or_none(line: bytes) -> Record | None:
    """The record that a line, or a record's own file, holds; None where it holds none."""
    try:
        told = json.loads(line)
        known = {name: value for name, value in told.items() if name in _NAMES}
        record = Record(**(known | {"warnings": tuple(known.get("warnings", ()))}))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return record if _has_right_kinds(record) and _stays_within(record) else None


def file_of(target: Path, record: Record, name: str) -> Path:
    """Where one of the record's files lies, by its name in the record."""
    return target / record.folder / name


def _has_right_kinds(record: Record) -> bool:
    """Whether every value is of the kind that the class says; whole numbers may stand for those that need not be."""
    texts = [getattr(record, name) for name in _TEXTS]
    wholes = record.triangles, record.vertices, record.parts, record.picture_bytes, record.picture_modified
    groups = record.review, record.seconds, record.settings, record.hashes, record.sizes
    return (
        all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts)
        and all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in record.warnings)
        and all(isinstance(whole, int) and abs(whole) < LARGEST_NUMBER for whole in wholes)
        and all(isinstance(group, dict) for group in groups)
        and all(_is_number(value) for group in (record.seconds, record.sizes) for value in group.values())
        and isinstance(record.closed, bool)
        and (record.overlap is None or (_is_number(record.overlap) and 0.0 <= record.overlap <= 1.0))
        and record.status in (MADE, FAILED)
        and bool(record.id)
    )


def _is_number(value: object) -> bool:
    # A bound, and not math.isfinite, which fails at a whole number of hundreds of digits.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER


def _stays_within(record: Record) -> bool:
    """Whether the files that it names lie within the target: a catalogue may come from anywhere."""
    for name in (record.folder, record.mesh, record.field, record.thumbnail):
        if name.startswith("/") or ".." in name.split("/") or any(letter in name for letter in "\\:\0"):
            return False
    return True
