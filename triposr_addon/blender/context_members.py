# SPDX-License-Identifier: GPL-3.0-or-later
"""What the context has only where there is a window: a timer, a handler and a script of Blender's start have none."""

from __future__ import annotations

import bpy


def active_object(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active object; without a window that of the view layer."""
    if hasattr(context, "object"):
        return context.object
    return context.view_layer.objects.active if context.view_layer is not None else None


def the_active_object(context: bpy.types.Context) -> bpy.types.Object:
    """The active object, for operators whose poll() saw that there is one."""
    thing = active_object(context)
    assert thing is not None, "poll() saw it"
    return thing


def selected_objects(context: bpy.types.Context) -> list[bpy.types.Object]:
    """What is selected; without a window that of the view layer."""
    if hasattr(context, "selected_objects"):
        return list(context.selected_objects)
    return list(context.view_layer.objects.selected) if context.view_layer is not None else []
