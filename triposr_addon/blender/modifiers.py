# SPDX-License-Identifier: GPL-3.0-or-later
"""The modifiers that a new object carries."""

from __future__ import annotations

from typing import cast

import bpy


def add_decimate(owner: bpy.types.Object, ratio: float) -> bpy.types.DecimateModifier:
    """A Decimate modifier that keeps `ratio` (0..1) of the triangles; at 1 it waits there for the artist's hand."""
    decimate = cast("bpy.types.DecimateModifier", owner.modifiers.new("Decimate", "DECIMATE"))
    decimate.decimate_type = "COLLAPSE"
    decimate.ratio = ratio
    return decimate
