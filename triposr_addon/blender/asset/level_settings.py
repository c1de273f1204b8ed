# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for levels of detail and for colliders, which are those of the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty

LEVELS_BY = (
    ("SHARE", "Share", "Each level has a share of LOD0's triangles"),
    ("COUNT", "Count", "Each level has a number of triangles of its own"),
)
COLLIDERS = (
    ("NONE", "None", "No collider"),
    ("BOX", "Box", "One box, turned so that it is as small as can be"),
    ("HULL", "Hull", "One convex hull with few vertices"),
    ("PARTS", "Parts", "A few convex hulls, which follow hollows and legs"),
)


def _share(number: int, default: float) -> Any:
    return FloatProperty(
        name=f"LOD{number}",
        description="Share of LOD0's triangles that this level has, 0 to 1",
        subtype="FACTOR",
        min=0.001,
        max=1.0,
        default=default,
        precision=3,
    )


def _count(number: int, default: int) -> Any:
    return IntProperty(
        name=f"LOD{number}",
        description="The number of triangles that this level has",
        min=4,
        max=10_000_000,
        soft_max=50_000,
        default=default,
    )


class TRIPOSR_PG_asset_levels(bpy.types.PropertyGroup):
    """Which levels of detail an asset has; see Levels."""

    if TYPE_CHECKING:
        count: int
        by: str
        share_1: float
        share_2: float
        share_3: float
        count_1: int
        count_2: int
        count_3: int
    else:
        count: IntProperty(
            name="Levels",
            description="The number of levels of detail below LOD0",
            min=0,
            max=3,
            default=3,
        )
        by: EnumProperty(name="By", description="What says how fine a level is", items=LEVELS_BY, default="SHARE")
        share_1: _share(1, 0.5)
        share_2: _share(2, 0.25)
        share_3: _share(3, 0.1)
        count_1: _count(1, 2500)
        count_2: _count(2, 1000)
        count_3: _count(3, 300)


class TRIPOSR_PG_asset_colliders(bpy.types.PropertyGroup):
    """Which colliders an asset has; see Colliding."""

    if TYPE_CHECKING:
        kind: str
        vertices: int
        parts: int
    else:
        kind: EnumProperty(
            name="Collider",
            description="What an engine's physics takes for the asset",
            items=COLLIDERS,
            default="HULL",
        )
        vertices: IntProperty(
            name="Vertices",
            description="The largest number of vertices that a hull has",
            min=6,
            max=255,
            default=32,
        )
        parts: IntProperty(
            name="Most Parts",
            description="The largest number of convex hulls",
            min=2,
            max=32,
            soft_max=16,
            default=8,
        )
