# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of the rows that are drawn, and no others. Blender reads their files in the background."""

from __future__ import annotations

from pathlib import Path

import bpy.utils.previews

MOST = 256
"""Kept, beside those that are drawn now; a quarter of a megabyte each."""


class Thumbnails:
    """The latest ones that were asked for."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._previews = bpy.utils.previews.new()

    def __len__(self) -> int:
        return len(self._previews)

    def icon(self, picture: Path) -> int:
        """The number under which layouts draw it; 0 without a window."""
        name = str(picture).encode("utf-8", "backslashreplace").decode("utf-8")  # Blender takes no odd bytes there
        kept = self._previews.pop(name, None)  # and back again, so that the latest stand last
        if kept is None:
            return int(self._previews.load(name, str(picture), "IMAGE").icon_id)
        self._previews[name] = kept
        return int(kept.icon_id)

    def forget_old_ones(self) -> None:
        """Give back those that were not asked for lately. Not while a panel is drawn: it may have them in hand."""
        for name in list(self._previews)[: max(len(self._previews) - self._most, 0)]:
            del self._previews[name]

    def forget_all(self) -> None:
        """For another library, and for files that may be others by now."""
        self._previews.clear()

    def close(self) -> None:
        """Blender warns about previews that are left over."""
        bpy.utils.previews.remove(self._previews)
