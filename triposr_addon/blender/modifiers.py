# SPDX-License-Identifier: GPL-3.0-or-later
"""The modifiers that a new object carries."""

from __future__ import annotations

from typing import cast

import bpy

from .words import told

MOST_TRIANGLES_AT_ONCE = 100_000
"""Blender decimates in its main thread, in about 5 microseconds a triangle: half a second of a window that stands."""


def add_decimate(owner: bpy.types.Object, ratio: float) -> bpy.types.DecimateModifier:
    """A Decimate modifier that keeps `ratio` (0..1) of the triangles; at 1 it waits there for the artist's hand.

    On a large mesh in a window it waits for a click on its own monitor icon. Renders have it in any case.
    """
    decimate = cast("bpy.types.DecimateModifier", owner.modifiers.new("Decimate", "DECIMATE"))
    decimate.decimate_type = "COLLAPSE"
    decimate.ratio = ratio
    decimate.show_viewport = shows_at_once(len(owner.data.polygons), ratio, windowless=bpy.app.background)
    return decimate


def shows_at_once(triangles: int, ratio: float, windowless: bool) -> bool:
    """Whether decimating holds nobody up: at a ratio of 1 Blender leaves the mesh as it is, however large."""
    return windowless or ratio >= 1.0 or triangles <= MOST_TRIANGLES_AT_ONCE


def let_decimate_wait(owner: bpy.types.Object, before: int, windowless: bool | None = None) -> None:
    """Where a mesh had `before` triangles and now has too many to decimate while the artist waits: as on a new one."""
    triangles, alone = len(owner.data.polygons), bpy.app.background if windowless is None else windowless
    for modifier in owner.modifiers:
        if isinstance(modifier, bpy.types.DecimateModifier) and shows_at_once(before, modifier.ratio, windowless=False):
            modifier.show_viewport &= shows_at_once(triangles, modifier.ratio, windowless=alone)


def waiting_modifiers(owner: bpy.types.Object) -> str:
    """A sentence for the panel where a modifier waits for the artist's click; else empty."""
    if all(modifier.show_viewport for modifier in owner.modifiers):
        return ""
    return told(
        ". Decimate is off in the 3D View: at this size it takes seconds. The monitor icon in its header switches it on"
    )


def triangles_with_modifiers(context: bpy.types.Context, owner: bpy.types.Object) -> int:
    """What a file has that is written with modifiers applied, and what the 3D View shows."""
    evaluated = owner.evaluated_get(context.evaluated_depsgraph_get())
    return len(cast("bpy.types.Mesh", evaluated.data).polygons)
