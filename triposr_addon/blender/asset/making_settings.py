# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for Make Game Asset: which stages it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty


class TRIPOSR_PG_asset_making(bpy.types.PropertyGroup):
    """Which stages Make Game Asset takes; levels and collider have numbers and kinds that leave them out."""

    if TYPE_CHECKING:
        clean: bool
        texture: bool
        export: bool
    else:
        clean: BoolProperty(
            name="Clean", description="Clean the geometry first, as the Geometry panel says", default=True
        )
        texture: BoolProperty(
            name="Texture",
            description="Bake one texture for all levels of detail from the field, where the object has one",
            default=True,
        )
        export: BoolProperty(
            name="Export", description="Write the asset's files in the end, as the Export panel says", default=False
        )
