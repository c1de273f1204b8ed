# SPDX-License-Identifier: GPL-3.0-or-later
"""Game Asset in the sidebar; the stages have panels of their own below it."""

from __future__ import annotations

from typing import Any

import bpy

from .. import session
from ..context_members import active_object
from ..sidebar import InSidebar, draw_lines, named_column
from .asset_presets import TRIPOSR_PT_asset_presets
from .settings import asset_settings_of

BUTTON_SCALE = 1.4


class TRIPOSR_PT_game_asset(InSidebar, bpy.types.Panel):
    """Shown for any mesh; one with a field gets its colours from it again."""

    bl_idname = "TRIPOSR_PT_game_asset"
    bl_label = "Game Asset"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for meshes."""
        return active_object(context) is not None and isinstance(active_object(context).data, bpy.types.Mesh)

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """The presets' list opens from here."""
        TRIPOSR_PT_asset_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        """What all stages need to know, and how far the one is that is under way."""
        layout, scene = self.layout, context.scene
        assert layout is not None
        assert scene is not None
        column = named_column(layout)
        settings = asset_settings_of(scene)
        column.prop(settings, "engine")
        row = layout.row(
            align=True
        )  # over the whole width: in half of it longer words than the English ones are cut off
        for name in ("clean", "texture", "export"):
            row.prop(settings.making, name, toggle=True)
        button = layout.row()
        button.scale_y = BUTTON_SCALE
        button.operator("triposr.make_game_asset", icon="PACKAGE")
        running = session.current()
        progress = running.asset_progress
        if progress is not None:
            layout.progress(factor=progress.fraction, type="BAR", text=f"{progress.step}  {progress.fraction:.0%}")
        elif running.asset_notice:
            draw_lines(layout, context, running.asset_notice, "CHECKMARK")


class UnderGameAsset(InSidebar):
    """A stage's panel. Those made of it say bl_idname and bl_label."""

    bl_parent_id = "TRIPOSR_PT_game_asset"
    bl_options: Any = {"DEFAULT_CLOSED"}
