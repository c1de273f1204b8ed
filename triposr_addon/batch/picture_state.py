# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells whether a picture's file is still the one that an item was made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from triposr_addon.batch.item import Item
from triposr_addon.batch.plan import mask_digest, sha256_of
from triposr_addon.catalogue_file import Record
from triposr_addon.folder_log import state_of


@dataclass(frozen=True)
class PictureState:
    """A picture's file: SHA-256, bytes, time of its last change in nanoseconds since 1970. Empty: it can't be read.

    mask_sha256: of the painted mask that an item has beside it; empty as well where there is none.
    """

    sha256: str
    bytes: int
    modified: int
    mask_sha256: str = ""


def state_for(item: Item) -> PictureState:
    """What an item is made of, as it is now: taken before the work, it is what the work was about."""
    return replace(picture_state(Path(item.picture)), mask_sha256=mask_digest(item.photo.mask_path))


def picture_state(path: Path) -> PictureState:
    """The file as it is now."""
    state = state_of(path)
    try:
        return PictureState(sha256_of(path), state.bytes, state.modified)
    except OSError:
        return PictureState("", state.bytes, state.modified)


def is_of_picture(record: Record, path: Path) -> bool:
    """Whether the record is of the picture as it is now. Its content is read only if size or time do not tell.

    Of one that could not be read they never do: rights may have changed since, which they don't show.
    """
    state = state_of(path)
    if state.bytes != record.picture_bytes:
        return False
    if not record.picture_sha256:
        return not picture_state(path).sha256
    return state.modified == record.picture_modified or picture_state(path).sha256 == record.picture_sha256
