# SPDX-License-Identifier: GPL-3.0-or-later
"""Showing an image where it can be painted on."""

from __future__ import annotations

import bpy


def show_for_painting(context: bpy.types.Context, image: bpy.types.Image) -> bool:
    """Show the image in an Image Editor in paint mode, with a brush that erases; answers whether there is a window.

    In one that is open, else in a new window: the artist's own layout stays as it is.
    """
    if bpy.app.background or context.window is None:
        return False
    area = _image_area_or_none(context) or _new_area(context)
    area.ui_type = "IMAGE_EDITOR"
    space = area.spaces.active
    assert isinstance(space, bpy.types.SpaceImageEditor)
    space.image = image
    space.ui_mode = "PAINT"
    brush = context.tool_settings.image_paint.brush
    if brush is not None:
        brush.blend = "ERASE_ALPHA"
    return True


def _image_area_or_none(context: bpy.types.Context) -> bpy.types.Area | None:
    windows = context.window_manager.windows
    areas = (area for window in windows for area in window.screen.areas)
    return next((area for area in areas if area.ui_type == "IMAGE_EDITOR"), None)


def _new_area(context: bpy.types.Context) -> bpy.types.Area:
    before = set(context.window_manager.windows)
    bpy.ops.wm.window_new()
    new = next(window for window in context.window_manager.windows if window not in before)
    return max(new.screen.areas, key=lambda area: area.width * area.height)
