# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for export, which are those of the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..properties import WRITTEN_BESIDE_THE_BLEND

FILE_FORMATS = (
    ("ENGINE", "As the Engine Likes", "FBX for Unity and Unreal, GLB for Godot and the web"),
    ("GLB", "GLB", "glTF in one file, textures inside"),
    ("FBX", "FBX", "Textures lie beside it"),
    ("OBJ", "OBJ", "With a material file; textures lie beside it"),
    ("USD", "USD", "Binary (.usdc); textures lie beside it"),
)
COLOURS = (
    ("AUTO", "Automatic", "The texture where there is one, else vertex colours"),
    ("TEXTURE", "Texture", "The baked texture; vertex colours stay out, since engines would multiply the two"),
    ("VERTEX", "Vertex Colours", "In the colour space that the engine expects, without a texture"),
)


class TRIPOSR_PG_asset_export(bpy.types.PropertyGroup):
    """What goes into which files; see Export."""

    if TYPE_CHECKING:
        file_format: str
        colours: str
        levels: bool
        colliders: bool
        folder: str
    else:
        file_format: EnumProperty(
            name="Format", description="The format of the files", items=FILE_FORMATS, default="ENGINE"
        )
        colours: EnumProperty(
            name="Colours", description="How the files carry the colours", items=COLOURS, default="AUTO"
        )
        levels: BoolProperty(
            name="Levels of Detail",
            description="All levels go along: into one FBX, else as files of their own. Otherwise LOD0 alone",
            default=True,
        )
        colliders: BoolProperty(
            name="Colliders",
            description="Colliders go along, named as the engine finds them. "
            "For the web they stay out: viewers would draw them",
            default=True,
        )
        folder: StringProperty(
            name="Folder",
            description="Where the files go; // is the folder of the .blend. Files of the same names are replaced",
            subtype="DIR_PATH",
            default="//export",
            options=WRITTEN_BESIDE_THE_BLEND,
        )
