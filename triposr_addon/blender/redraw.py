# SPDX-License-Identifier: GPL-3.0-or-later
"""Having the sidebars drawn again: only them, since drawing a whole 3D view is what costs."""

from __future__ import annotations

import bpy


def redraw_panels(context: bpy.types.Context) -> None:
    """The sidebars of every 3D view."""
    _redraw(context, "UI")


def redraw_views(context: bpy.types.Context) -> None:
    """What every 3D view shows of the scene. It costs much more than the sidebars."""
    _redraw(context, "WINDOW")


def redraw_preferences(context: bpy.types.Context) -> None:
    """The windows that show Blender's preferences."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()


def _redraw(context: bpy.types.Context, kind: str) -> None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions if area.type == "VIEW_3D" else ():
                if region.type == kind:
                    region.tag_redraw()
