# SPDX-License-Identifier: GPL-3.0-or-later
"""Turntable & Sprites, below Game Asset."""

from __future__ import annotations

import bpy

from ..sidebar import named_column
from .panel import UnderGameAsset
from .settings import asset_settings_of

SETTINGS = {
    "SPRITES": ("directions", "side", "elevation", "perspective", "margin", "folder"),
    "FRAMES": ("frames", "side", "elevation", "perspective", "margin", "folder"),
    "VIDEO": ("frames", "rate", "side", "elevation", "perspective", "margin", "background", "folder"),
}


class TRIPOSR_PT_asset_views(UnderGameAsset, bpy.types.Panel):
    """Pictures straight from the field."""

    bl_idname = "TRIPOSR_PT_asset_views"
    bl_label = "Turntable & Sprites"
    bl_order = 10

    def draw(self, context: bpy.types.Context) -> None:
        """Settings and the button."""
        layout, scene = self.layout, context.scene
        assert layout is not None
        assert scene is not None
        settings = asset_settings_of(scene).views
        layout.prop(settings, "kind", expand=True)
        column = named_column(layout)
        for name in SETTINGS[settings.kind]:
            column.prop(settings, name)
        layout.operator("triposr.render_views", icon="RENDER_ANIMATION")
