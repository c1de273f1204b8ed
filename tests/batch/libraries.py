# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources on disk, and what is read of them."""

from __future__ import annotations

from pathlib import Path

from triposr_addon.batch.item import Item, Listing
from triposr_addon.batch.source import read_listing
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

PHOTO, SURFACE = PhotoSettings("flat"), SurfaceSettings(64)
"""The command's settings."""


def library(folder: Path, *names: str) -> Path:
    """Empty files of these names, which may have folders before them."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def source_of(folder: Path, content: str | bytes, name: str = "m.csv") -> Path:
    """A list or a table."""
    (folder / name).write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
    return folder / name


def listing_of(folder: Path, content: str | bytes, name: str = "m.csv") -> Listing:
    """What is read of such a file; the ids in it all differ."""
    listing = read_listing(source_of(folder, content, name), PHOTO, SURFACE)
    names = [*(item.id for item in listing.items), *(refusal.id for refusal in listing.refusals)]
    assert len(set(names)) == len(names)
    assert all(names)
    return listing


def ids(listing: Listing) -> list[str]:
    """Of the items, in their order."""
    return [item.id for item in listing.items]


def codes(listing: Listing) -> dict[str, str]:
    """Of the refusals, by their ids."""
    return {refusal.id: refusal.report.code for refusal in listing.refusals}


def only(listing: Listing) -> Item:
    """The only item; nothing was refused, nothing warned of."""
    assert not listing.refusals
    assert not listing.warnings
    (item,) = listing.items
    return item
