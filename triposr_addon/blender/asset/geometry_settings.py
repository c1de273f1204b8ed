# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for cleaning and for the budget, which are those of the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

SIDES = (
    ("NONE", "Off", "Both halves stay as they are"),
    ("POSITIVE", "Keep +X", "The half towards +X stays, and is mirrored"),
    ("NEGATIVE", "Keep -X", "The half towards -X stays, and is mirrored"),
)
METHODS = (
    ("DECIMATE", "Decimate", "Triangles, fewest where the surface is plain; a modifier that stays live"),
    ("QUADS", "Quads", "Quads that follow the shape, by QuadriFlow; made real at once"),
    ("VOXELS", "Voxels", "Faces of one size, by the voxel remesher, which also closes what is open; made real at once"),
)


class TRIPOSR_PG_asset_cleaning(bpy.types.PropertyGroup):
    """What is done to clean a mesh; see Cleaning."""

    if TYPE_CHECKING:
        weld: float
        smallest_part: float
        least_seen: float
        largest_hole: int
        smoothing: int
        symmetrise: str
        flat_base: float
        wall: float
    else:
        weld: FloatProperty(
            name="Weld",
            description="Vertices that are no farther apart than that become one, in metres. 0 welds nothing",
            subtype="DISTANCE",
            min=0.0,
            soft_max=0.01,
            default=0.0001,
            precision=4,
        )
        smallest_part: FloatProperty(
            name="Specks",
            description="A loose part with less than this share of the largest part's volume goes, 0 to 1. "
            "0 keeps all, 1 keeps the largest alone",
            subtype="FACTOR",
            min=0.0,
            max=1.0,
            default=0.01,
            precision=3,
        )
        least_seen: FloatProperty(
            name="Hidden Parts",
            description="A loose part that can be seen in less than this share of all directions goes, 0 to 1, "
            "as enclosed shells do. 0 keeps all",
            subtype="FACTOR",
            min=0.0,
            max=1.0,
            default=0.01,
            precision=3,
        )
        largest_hole: IntProperty(
            name="Fill Holes",
            description="Openings with at most this number of edges are closed. 0 leaves all open",
            min=0,
            max=1_000_000,
            soft_max=1000,
            default=500,
        )
        smoothing: IntProperty(
            name="Smooth",
            description="Steps that smooth the triangles and keep the volume",
            min=0,
            max=200,
            soft_max=40,
            default=0,
        )
        symmetrise: EnumProperty(
            name="Symmetrise",
            description="Make one half the mirror image of the other, through the middle of the object's box",
            items=SIDES,
            default="NONE",
        )
        flat_base: FloatProperty(
            name="Flat Base",
            description="Cut off what lies below this share of the height, 0 to 0.5, and close the cut flat",
            subtype="FACTOR",
            min=0.0,
            max=0.5,
            default=0.0,
            precision=2,
        )
        wall: FloatProperty(
            name="Wall",
            description="Hollow the object out and leave a wall as thick as that, in metres. 0 leaves it solid",
            subtype="DISTANCE",
            min=0.0,
            soft_max=0.1,
            default=0.0,
            precision=4,
        )


class TRIPOSR_PG_asset_budget(bpy.types.PropertyGroup):
    """How many faces a mesh may have; see Budget."""

    if TYPE_CHECKING:
        method: str
        faces: int
        live: bool
    else:
        method: EnumProperty(
            name="Faces By",
            description="How a mesh is brought to the number of faces that it may have",
            items=METHODS,
            default="DECIMATE",
        )
        faces: IntProperty(
            name="Budget",
            description="The number of triangles that are left, or of faces for Quads and Voxels",
            min=4,
            max=10_000_000,
            soft_min=100,
            soft_max=100_000,
            default=5000,
        )
        live: BoolProperty(
            name="Live Modifier",
            description="Leave Decimate a modifier, which can be changed later, until Apply makes it real",
            default=True,
        )
