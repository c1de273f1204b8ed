# SPDX-License-Identifier: GPL-3.0-or-later
"""Export, below Game Asset."""

from __future__ import annotations

import bpy

from ..sidebar import named_column
from .panel import UnderGameAsset
from .settings import asset_settings_of


class TRIPOSR_PT_asset_export(UnderGameAsset, bpy.types.Panel):
    """Files for an engine."""

    bl_idname = "TRIPOSR_PT_asset_export"
    bl_label = "Export"
    bl_order = 8

    def draw(self, context: bpy.types.Context) -> None:
        """Settings and buttons."""
        layout, scene = self.layout, context.scene
        assert layout is not None
        assert scene is not None
        settings = asset_settings_of(scene).export
        column = named_column(layout)
        for name in ("file_format", "colours", "levels", "colliders", "folder"):
            column.prop(settings, name)
        row = layout.row(align=True)
        row.operator("triposr.export_asset", icon="EXPORT")
        row.operator("triposr.export_asset", text="", icon="OUTLINER_COLLECTION").whole_collection = True
