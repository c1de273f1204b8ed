# SPDX-License-Identifier: GPL-3.0-or-later
"""A place to show an image in: the artist's own layout stays as it is."""

from __future__ import annotations

import bpy


def image_space_or_none(context: bpy.types.Context) -> bpy.types.SpaceImageEditor | None:
    """An Image Editor: one that is open, else in a new window; None without windows."""
    if bpy.app.background or context.window is None:
        return None
    area = _image_area_or_none(context) or _new_area(context)
    area.ui_type = "IMAGE_EDITOR"
    space = area.spaces.active
    assert isinstance(space, bpy.types.SpaceImageEditor)
    return space


def _image_area_or_none(context: bpy.types.Context) -> bpy.types.Area | None:
    windows = context.window_manager.windows
    areas = (area for window in windows for area in window.screen.areas)
    return next((area for area in areas if area.ui_type == "IMAGE_EDITOR"), None)


def _new_area(context: bpy.types.Context) -> bpy.types.Area:
    before = set(context.window_manager.windows)
    bpy.ops.wm.window_new()
    new = next(window for window in context.window_manager.windows if window not in before)
    return max(new.screen.areas, key=lambda area: area.width * area.height)
