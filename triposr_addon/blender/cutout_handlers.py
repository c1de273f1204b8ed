# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender tells us by itself about masks: that one was painted on, and that the file is about to be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import bpy
from bpy.app.handlers import persistent

from . import cutout_follow, session
from .mask_image import pack_painted_masks
from .properties import SCENE_PROPERTY, settings_of

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

SETTLED_SECONDS = 0.2
"""So long nobody has painted: reading a large mask in the middle of a stroke would make the brush lag."""


def add() -> None:
    """Called by register()."""
    bpy.app.handlers.save_pre.append(pack_painted_masks)
    bpy.app.handlers.depsgraph_update_post.append(_something_changed)


def remove() -> None:
    """Called by unregister(). Blender must not leave with our timers registered."""
    bpy.app.handlers.save_pre.remove(pack_painted_masks)
    bpy.app.handlers.depsgraph_update_post.remove(_something_changed)
    for timer in (show_what_was_painted, cutout_follow.beat):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)


@persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def _something_changed(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    # This is called at every touch of anything: the first question is cheap.
    if depsgraph.id_type_updated("IMAGE") and not bpy.app.background and _mask_changed(scene, depsgraph):
        if bpy.app.timers.is_registered(show_what_was_painted):
            bpy.app.timers.unregister(show_what_was_painted)
        bpy.app.timers.register(show_what_was_painted, first_interval=SETTLED_SECONDS)


def _mask_changed(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> bool:
    settings = cast("TRIPOSR_PG_settings", getattr(scene, SCENE_PROPERTY))
    mask = settings.mask if settings.use_mask else None
    return mask is not None and any(update.id.original == mask for update in depsgraph.updates)


def show_what_was_painted() -> None:
    """A timer's function: have the cut-out made anew."""
    if session.current_or_none() is not None and bpy.context.scene is not None:
        cutout_follow.show_on_change(settings_of(bpy.context), bpy.context)
