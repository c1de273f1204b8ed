# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an item's files lie within the target: a folder that every system can have, and that no other item has."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

ITEMS_FOLDER = "items"
LONGEST_NAME = 80
"""Characters of an item's folder. With the rest of the path this stays below Windows' 260."""
_SLUG_LENGTH, _MARK_LENGTH = 60, 16

_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?", re.ASCII)
_MARKED = re.compile(r".*-[0-9a-f]{16}", re.ASCII)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII)
"""Windows takes these for devices, whatever their ending."""


def item_folder(item_id: str) -> PurePosixPath:
    """The item's folder within the target: `items/3f2/cup`; 4096 folders share the items evenly.

    Ids that differ have folders that differ, on systems too that take Cup for cup, or one spelling of é for another.
    An id that is a plain name in small letters is its folder's name. Any other is spelt in such letters, with 16
    digits of its SHA-256 behind; so is an id that already looks like that.
    """
    digest = id_digest(item_id)
    name = item_id if _is_plain(item_id) else f"{_slug(item_id)}-{digest[3 : 3 + _MARK_LENGTH]}"
    return PurePosixPath(ITEMS_FOLDER, digest[:3], name)


def id_digest(item_id: str) -> str:
    """SHA-256 of the id in UTF-8, in hexadecimal digits. Half a surrogate pair counts as what it is."""
    return hashlib.sha256(item_id.encode("utf-8", "surrogatepass")).hexdigest()


def _is_plain(item_id: str) -> bool:
    return (
        len(item_id) <= LONGEST_NAME
        and _PLAIN.fullmatch(item_id) is not None
        and _MARKED.fullmatch(item_id) is None
        and _DEVICE.fullmatch(item_id) is None
    )


def _slug(item_id: str) -> str:
    """The id in plain letters, as far as they go. Its end says more than its beginning, which is often a folder."""
    letters = unicodedata.normalize("NFKD", item_id).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "_", letters)[-_SLUG_LENGTH:].strip("_") or "item"
