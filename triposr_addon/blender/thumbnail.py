# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture's preview in the panel."""

from __future__ import annotations

from pathlib import Path

import bpy.utils.previews


class Thumbnail:
    """One preview at a time, read again when the file is another one or has changed."""

    def __init__(self) -> None:
        self._previews = bpy.utils.previews.new()
        self._shown = ""

    def preview_or_none(self, picture: Path) -> bpy.types.ImagePreview | None:
        """The picture's preview; None where there is no such file. Of what is no picture the preview is empty."""
        try:
            stamp = f"{picture}:{picture.stat().st_mtime_ns}"
        except OSError:
            return None
        if stamp != self._shown:
            self._previews.clear()
            self._previews.load(stamp, str(picture), "IMAGE")
            self._shown = stamp
        return self._previews[stamp]

    def close(self) -> None:
        """Give the preview back: Blender warns about those that are left over."""
        bpy.utils.previews.remove(self._previews)
