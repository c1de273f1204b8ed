# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for turntables and sprites, which are those of the stage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, FloatVectorProperty, IntProperty, StringProperty

from ..properties import WRITTEN_BESIDE_THE_BLEND

KINDS = (
    ("SPRITES", "Sprite Sheet", "One PNG with alpha with a picture for each direction, and a list of them (.json)"),
    ("FRAMES", "Frames", "A turn as numbered PNG files with alpha, in a folder of their own"),
    ("VIDEO", "Video", "A turn as an MP4 (H.264), over a plain colour"),
)


class TRIPOSR_PG_asset_views(bpy.types.PropertyGroup):
    """How a field is looked at from all around; see Viewing."""

    if TYPE_CHECKING:
        kind: str
        directions: int
        frames: int
        side: int
        elevation: float
        perspective: bool
        margin: float
        rate: int
        background: tuple[float, float, float]
        folder: str
    else:
        kind: EnumProperty(name="Make", description="What is made of the pictures", items=KINDS, default="SPRITES")
        directions: IntProperty(
            name="Directions",
            description="Number of directions that a sprite sheet shows, evenly around; the first one is the front",
            min=1,
            max=64,
            default=8,
        )
        frames: IntProperty(
            name="Frames", description="Number of pictures of a whole turn", min=2, max=720, soft_max=120, default=36
        )
        side: IntProperty(
            name="Size",
            description="Width and height of a picture, in pixels",
            subtype="PIXEL",
            min=16,
            max=2048,
            soft_max=512,
            default=256,
        )
        elevation: FloatProperty(
            name="Elevation",
            description="How high the camera stands, in degrees: 0 looks from the side, 90 from above",
            subtype="ANGLE",
            min=math.radians(-90.0),
            max=math.radians(90.0),
            default=math.radians(20.0),
        )
        perspective: BoolProperty(
            name="Perspective",
            description="A camera with an angle of 40 degrees. Otherwise parallel rays, as tiles of a game want them",
            default=False,
        )
        margin: FloatProperty(
            name="Margin",
            description="Free share of the picture's side at each edge, 0 to 0.4",
            subtype="FACTOR",
            min=0.0,
            max=0.4,
            default=0.05,
        )
        rate: IntProperty(
            name="Frame Rate", description="Number of frames a second of a video", min=1, max=120, default=24
        )
        background: FloatVectorProperty(
            name="Background",
            description="The colour behind a video, which has no alpha; each channel a number from 0 to 1",
            subtype="COLOR_GAMMA",
            size=3,
            min=0.0,
            max=1.0,
            default=(0.5, 0.5, 0.5),
        )
        folder: StringProperty(
            name="Folder",
            description="Where the pictures go; // is the folder of the .blend. Files of the same names are replaced",
            subtype="DIR_PATH",
            default="//views",
            options=WRITTEN_BESIDE_THE_BLEND,
        )
