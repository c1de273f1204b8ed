# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's settings for the Asset Browser, which are those of the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..properties import WRITTEN_BESIDE_THE_BLEND


class TRIPOSR_PG_asset_library(bpy.types.PropertyGroup):
    """What an asset is described by, and where its library is; see Shelving."""

    if TYPE_CHECKING:
        catalogue: str
        tags: str
        author: str
        license: str
        library: str
    else:
        catalogue: StringProperty(
            name="Catalogue",
            description="Where the assets stand in the Asset Browser: names with slashes between. Empty for nowhere",
            default="TripoSR",
        )
        tags: StringProperty(
            name="Tags",
            description="Words to find the assets by, with commas between them. Those that say how they were made, "
            "and the photo's name, are added",
            default="prop",
        )
        author: StringProperty(name="Author", description="Who is told to have made the assets", default="")
        license: StringProperty(
            name="Licence",
            description="Under which licence the assets are. Empty by default: the rights in the photo decide",
            default="",
        )
        library: StringProperty(
            name="Library",
            description="The .blend that holds the assets; // is the folder of the open one. A file of that name "
            "is replaced",
            subtype="FILE_PATH",
            default="//library/triposr_assets.blend",
            options=WRITTEN_BESIDE_THE_BLEND,
        )
