# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of custom properties as a .blend brings them: untrusted, so kinds and sizes are looked at before a copy.

What we store is small. Whatever is larger, deeper or of another kind was not stored by us, and counts as nothing.
"""

from __future__ import annotations

from typing import Any

import bpy

MOST_ENTRIES = 64
LONGEST_ARRAY = 256
LONGEST_TEXT = 4096
DEEPEST = 4


def stored_group(owner: bpy.types.ID, name: str) -> dict[str, Any]:
    """The group of that name on `owner` as plain values; empty where we could not have stored it."""
    group = owner.get(name)
    if not hasattr(group, "to_dict") or not _is_small(group, DEEPEST):
        return {}
    plain: dict[str, Any] = group.to_dict()
    return plain


def stored_text(owner: bpy.types.ID, name: str) -> str:
    """The text of that name on `owner`; empty where there is none, or one that is no path and no name."""
    text = owner.get(name)
    return text if isinstance(text, str) and len(text) <= LONGEST_TEXT and "\0" not in text else ""


def _is_small(value: Any, depth: int) -> bool:
    """Without converting anything: an array of Blender's is a view until it is asked for its entries."""
    if isinstance(value, str | bytes):
        return len(value) <= LONGEST_TEXT
    if hasattr(value, "to_dict"):
        names = value.keys()
        return depth > 0 and len(names) <= MOST_ENTRIES and all(_is_small(value[name], depth - 1) for name in names)
    if hasattr(value, "to_list") or isinstance(value, list):
        return len(value) <= LONGEST_ARRAY and not (isinstance(value, list) and any(map(_is_group, value)))
    return value is None or isinstance(value, bool | int | float)


def _is_group(value: Any) -> bool:
    return hasattr(value, "to_dict")
