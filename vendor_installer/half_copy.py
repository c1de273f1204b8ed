# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's half precision copy of a model, by the record that it leaves beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

RECORD_ENDING = ".json"
"""As the worker names the record: the copy's name and this (half_weights.py)."""


@dataclass(frozen=True)
class HalfCopy:
    """sha256 and size in bytes of the copy; source_sha256: of the file that it was made of."""

    sha256: str
    size: int
    source_sha256: str


def read_half_copy_or_none(record: Path) -> HalfCopy | None:
    """What the record says; None where it or its copy is not there, or the copy has another size."""
    try:
        copy = HalfCopy(**json.loads(record.read_text(encoding="utf-8")))
        size = record.with_name(record.name.removesuffix(RECORD_ENDING)).stat().st_size
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return copy if copy.size == size else None
