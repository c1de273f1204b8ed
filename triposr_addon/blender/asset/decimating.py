# SPDX-License-Identifier: GPL-3.0-or-later
"""Decimate to a number of triangles: as a modifier that stays live, or as a mesh of its own."""

from __future__ import annotations

from typing import cast

import bpy

from ..modifiers import add_decimate
from .mesh_exchange import seen_mesh, stand_in, triangles_in

NEAR_ENOUGH = 2
"""Triangles: so near Blender's Decimate comes to what a ratio asks for."""


def set_decimate(context: bpy.types.Context, thing: bpy.types.Object, triangles: int) -> int:
    """Have the object's Decimate modifier, a new one where there is none, leave so many triangles; gives what it left.

    A mesh that has fewer stays whole.
    """
    decimate = decimate_of(thing) or add_decimate(thing, 1.0)
    decimate.use_collapse_triangulate = True
    decimate.show_viewport = decimate.show_render = True
    before = _triangles_before(context, thing, decimate)
    decimate.ratio = min(1.0, triangles / max(before, 1))
    left = _left(context, thing)
    if before > triangles and abs(left - triangles) > NEAR_ENOUGH and left and _is_last(thing, decimate):
        decimate.ratio *= triangles / left
        left = _left(context, thing)
    return left


def decimate_of(thing: bpy.types.Object) -> bpy.types.DecimateModifier | None:
    """The first one that collapses edges."""
    for modifier in thing.modifiers:
        if isinstance(modifier, bpy.types.DecimateModifier) and modifier.decimate_type == "COLLAPSE":
            return modifier
    return None


def decimated(context: bpy.types.Context, mesh: bpy.types.Mesh, triangles: int) -> bpy.types.Mesh:
    """A new mesh with at most so many triangles, whose attributes Blender has carried over."""
    with stand_in(context, mesh) as thing:
        set_decimate(context, thing, triangles)
        return seen_mesh(context, thing)


def _triangles_before(context: bpy.types.Context, thing: bpy.types.Object, decimate: bpy.types.DecimateModifier) -> int:
    """What the modifier gets from those above it."""
    above = list(thing.modifiers)[: thing.modifiers.find(decimate.name)]
    if not any(modifier.show_viewport for modifier in above):
        return triangles_in(cast("bpy.types.Mesh", thing.data))
    hidden = [modifier for modifier in list(thing.modifiers)[len(above) :] if modifier.show_viewport]
    try:
        for modifier in hidden:
            modifier.show_viewport = False
        return _left(context, thing)
    finally:
        for modifier in hidden:
            modifier.show_viewport = True


def _is_last(thing: bpy.types.Object, decimate: bpy.types.DecimateModifier) -> bool:
    below = list(thing.modifiers)[thing.modifiers.find(decimate.name) + 1 :]
    return not any(modifier.show_viewport for modifier in below)


def _left(context: bpy.types.Context, thing: bpy.types.Object) -> int:
    assert context.view_layer is not None
    context.view_layer.update()
    evaluated = thing.evaluated_get(context.evaluated_depsgraph_get())
    return triangles_in(cast("bpy.types.Mesh", evaluated.data))
