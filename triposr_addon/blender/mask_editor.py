# SPDX-License-Identifier: GPL-3.0-or-later
"""Showing an image where it can be painted on."""

from __future__ import annotations

import bpy

from .image_area import fit_soon, image_space_or_none


def show_for_painting(context: bpy.types.Context, image: bpy.types.Image) -> bool:
    """Show the image in an Image Editor in paint mode, with a brush that erases; answers whether there is a window."""
    space = image_space_or_none(context)
    if space is None:
        return False
    space.image = image
    fit_soon(image)
    space.ui_mode = "PAINT"
    brush = context.tool_settings.image_paint.brush
    if brush is not None:
        brush.blend = "ERASE_ALPHA"
    return True
