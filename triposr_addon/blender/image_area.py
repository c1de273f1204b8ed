# SPDX-License-Identifier: GPL-3.0-or-later
"""A place to show an image in: the artist's own layout stays as it is."""

from __future__ import annotations

import bpy

FIT_SECONDS = 0.4
"""A new window has no size before it was drawn."""

_to_fit: set[int] = set()
"""Images by their number in this session; a timer's function can't be handed anything."""


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


def fit_soon(image: bpy.types.Image) -> None:
    """Show the image whole in its editor, once that has its size."""
    _to_fit.add(image.session_uid)
    if not bpy.app.timers.is_registered(_fit):
        bpy.app.timers.register(_fit, first_interval=FIT_SECONDS)


def forget_to_fit() -> None:
    """Before the extension is switched off: Blender must not leave with our timer registered."""
    if bpy.app.timers.is_registered(_fit):
        bpy.app.timers.unregister(_fit)


def _fit() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            region = next((region for region in area.regions if region.type == "WINDOW"), None)
            if region is not None and _shows_one_to_fit(area):
                with bpy.context.temp_override(window=window, area=area, region=region):
                    bpy.ops.image.view_all(fit_view=True)
    _to_fit.clear()


def _shows_one_to_fit(area: bpy.types.Area) -> bool:
    space = area.spaces.active
    image = space.image if isinstance(space, bpy.types.SpaceImageEditor) else None
    return image is not None and image.session_uid in _to_fit
