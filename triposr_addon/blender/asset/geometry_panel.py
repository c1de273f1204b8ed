# SPDX-License-Identifier: GPL-3.0-or-later
"""Geometry, below Game Asset."""

from __future__ import annotations

import bpy

from .. import session
from ..context_members import active_object
from ..living_preview import real_mesh
from ..sidebar import draw_lines, named_column
from .geometry import remembered
from .panel import UnderGameAsset
from .settings import TRIPOSR_PG_asset, asset_settings_of

CLEANING = ("weld", "smallest_part", "least_seen", "largest_hole", "smoothing", "symmetrise", "flat_base", "wall")


class TRIPOSR_PT_asset_geometry(UnderGameAsset, bpy.types.Panel):
    """What a mesh is worth, cleaning it, and how many faces it may have."""

    bl_idname = "TRIPOSR_PT_asset_geometry"
    bl_label = "Geometry"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, buttons, verdict."""
        layout, scene, thing = self.layout, context.scene, active_object(context)
        assert layout is not None
        assert scene is not None
        column = named_column(layout)
        for name in CLEANING:
            column.prop(asset_settings_of(scene).cleaning, name)
        row = layout.row(align=True)
        row.operator("triposr.clean_geometry", icon="BRUSH_DATA")
        row.operator("triposr.check_geometry", text="", icon="VIEWZOOM")
        mesh = thing.data if thing is not None else None
        verdict = remembered(session.current(), real_mesh(mesh)) if isinstance(mesh, bpy.types.Mesh) else None
        if verdict is not None:
            good, words = verdict
            draw_lines(layout, context, words, "CHECKMARK" if good else "ERROR")
        _draw_budget(layout, asset_settings_of(scene))


def _draw_budget(layout: bpy.types.UILayout, settings: TRIPOSR_PG_asset) -> None:
    layout.separator()
    column = named_column(layout)
    column.prop(settings.budget, "method")
    column.prop(settings.budget, "faces")
    if settings.budget.method == "DECIMATE":
        column.prop(settings.budget, "live")
    row = layout.row(align=True)
    row.operator("triposr.keep_budget", icon="MOD_DECIM")
    row.operator("triposr.apply_budget", icon="CHECKMARK")
