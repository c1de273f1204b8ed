# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Asset Browser knows of an asset, from one object to another."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

WORDS = ("author", "description", "license", "copyright", "catalog_id")


def mark_like(thing: bpy.types.Object, other: bpy.types.Object) -> None:
    """Make an object an asset with the words, the tags and the picture of another one."""
    thing.asset_mark()
    data, theirs = thing.asset_data, other.asset_data
    assert data is not None, "it was just marked"
    assert theirs is not None, "it is an asset"
    for word in WORDS:
        setattr(data, word, getattr(theirs, word))
    for tag in theirs.tags:
        data.tags.new(tag.name, skip_if_exists=True)
    _show_like(thing, other)


def _show_like(thing: bpy.types.Object, other: bpy.types.Object) -> None:
    seen: Any = other.preview
    if seen is None or not len(seen.image_pixels_float):
        return
    pixels = np.empty(len(seen.image_pixels_float), np.float32)
    seen.image_pixels_float.foreach_get(pixels)
    preview: Any = thing.preview_ensure()
    preview.image_size = tuple(seen.image_size)
    preview.image_pixels_float.foreach_set(pixels)
