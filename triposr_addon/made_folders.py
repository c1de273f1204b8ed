# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders with what was made of pictures. Thumbnails of meshes lie there: they are no pictures to make meshes of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .catalogue_file import LONGEST_LINE_BYTES, record_or_none

ITEMS_NAME, THUMBNAILS_NAME = "items", "thumbnails"
MADE_NAMES = frozenset([ITEMS_NAME, THUMBNAILS_NAME])
"""What such folders are called: those of the batch command, and those of shards in Blender."""


def holds_made_things(folder: Path) -> bool:
    """Whether a library keeps its thumbnails in this folder.

    One record says so that can be read, also where no catalogue was written yet. An artist's own folder of that name
    has none; nor is a catalogue beside it a sure sign, for museums have such files beside their photos.
    """
    if folder.name not in MADE_NAMES:
        return False
    try:
        return any(map(_is_record, _records_of(folder)))
    except OSError:  # whoever enters it will tell
        return False


def _records_of(folder: Path) -> Iterator[Path]:
    """Where records would be, were it such a folder."""
    if folder.name == ITEMS_NAME:
        return folder.glob("[0-9a-f][0-9a-f][0-9a-f]/*/record.json")
    return folder.parent.glob("records/*.json")


def _is_record(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return record_or_none(file.read(LONGEST_LINE_BYTES)) is not None
    except OSError:
        return False
