# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for textures, which are those of the stage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

SIZES = tuple((str(size), str(size), f"{size} x {size} texels") for size in (512, 1024, 2048, 4096))


class TRIPOSR_PG_asset_texture(bpy.types.PropertyGroup):
    """How a texture is made; see Texturing."""

    if TYPE_CHECKING:
        size: str
        padding: int
        unwrap: bool
        angle: float
        tight: bool
        normal_map: bool
        photo: bool
    else:
        size: EnumProperty(name="Size", description="Texels on a side of the texture", items=SIZES, default="1024")
        padding: IntProperty(
            name="Padding",
            description="Texels that are kept free between the pieces of the surface, so that nothing foreign shows "
            "at their edges from afar",
            subtype="PIXEL",
            min=1,
            max=64,
            default=8,
        )
        unwrap: BoolProperty(
            name="Unwrap",
            description="Lay the surface out anew. Otherwise the active UV map is taken as it is, where there is one",
            default=True,
        )
        angle: FloatProperty(
            name="Angle",
            description="Faces that turn away from each other by less than that stay in one piece, in degrees. "
            "A larger angle makes fewer and more distorted pieces",
            subtype="ANGLE",
            min=math.radians(10.0),
            max=math.radians(89.0),
            default=math.radians(66.0),
        )
        tight: BoolProperty(
            name="Pack Tightly",
            description="Let the pieces lie within each other's hollows: the texture is used better, by about a tenth "
            "of it, and packing takes some seconds for 5,000 triangles",
            default=False,
        )
        normal_map: BoolProperty(
            name="Normal Map",
            description="Also bake the shape that the field has and a reduced mesh has not any more",
            default=False,
        )
        photo: BoolProperty(
            name="Photo",
            description="Lay the photo over the field's colours where it saw the surface. It must still be where it "
            "was, and its outline that of the object: 85 % or more must overlap",
            default=False,
        )
