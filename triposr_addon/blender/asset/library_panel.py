# SPDX-License-Identifier: GPL-3.0-or-later
"""Asset Browser, below Game Asset."""

from __future__ import annotations

import bpy

from ..sidebar import named_column
from .panel import UnderGameAsset
from .settings import asset_settings_of


class TRIPOSR_PT_asset_library(UnderGameAsset, bpy.types.Panel):
    """Into Blender's own libraries."""

    bl_idname = "TRIPOSR_PT_asset_library"
    bl_label = "Asset Browser"
    bl_order = 9

    def draw(self, context: bpy.types.Context) -> None:
        """Settings and buttons."""
        layout, scene = self.layout, context.scene
        assert layout is not None
        assert scene is not None
        settings = asset_settings_of(scene).library
        column = named_column(layout)
        for name in ("catalogue", "tags", "author", "license", "library"):
            column.prop(settings, name)
        layout.operator("triposr.mark_asset", icon="ASSET_MANAGER")
        row = layout.row(align=True)
        row.operator("triposr.write_library", icon="FILE_BLEND")
        row.operator("triposr.write_library", text="", icon="OUTLINER_COLLECTION").whole_collection = True
