# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture, below Game Asset."""

from __future__ import annotations

import bpy

from ..context_members import active_object
from ..living_preview import real_mesh
from ..sidebar import draw_lines, named_column
from ..words import ui
from .panel import UnderGameAsset
from .settings import asset_settings_of
from .texturing import figures_or_none, likeness_words

LAYOUT = ("angle", "tight")


class TRIPOSR_PT_asset_texture(UnderGameAsset, bpy.types.Panel):
    """Baking a texture, and showing it or the colours."""

    bl_idname = "TRIPOSR_PT_asset_texture"
    bl_label = "Texture"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, buttons, figures."""
        layout, scene, thing = self.layout, context.scene, active_object(context)
        assert layout is not None
        assert scene is not None
        settings = asset_settings_of(scene).texture
        column = named_column(layout)
        for name in ("size", "padding", "unwrap"):
            column.prop(settings, name)
        laid_out = column.column()
        laid_out.active = settings.unwrap
        for name in LAYOUT:
            laid_out.prop(settings, name)
        column.prop(settings, "normal_map")
        column.prop(settings, "photo")
        layout.operator("triposr.bake_texture", icon="TEXTURE")
        row = layout.row(align=True)
        row.operator("triposr.show_texture", text=ui("Texture"), icon="IMAGE_DATA")
        row.operator("triposr.show_colours", text=ui("Colours"), icon="COLOR")
        mesh = thing.data if thing is not None else None
        figures = figures_or_none(real_mesh(mesh)) if isinstance(mesh, bpy.types.Mesh) else None
        if figures is not None:
            draw_lines(layout, context, likeness_words(figures), "INFO")
