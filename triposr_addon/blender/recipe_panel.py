# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel about how the active object was made, and what can be done with that."""

from __future__ import annotations

import bpy

from .context_members import active_object
from .provenance import recipe_or_none
from .sidebar import InSidebar


class TRIPOSR_PT_made_of(InSidebar, bpy.types.Panel):
    """Shown while an object that TripoSR made is active."""

    bl_idname = "TRIPOSR_PT_made_of"
    bl_label = "Made Of"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for one with a recipe."""
        return recipe_or_none(active_object(context)) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """What made it, then what can be done with it."""
        thing, layout = active_object(context), self.layout
        assert thing is not None, "poll() saw one"
        assert layout is not None
        facts = layout.column(align=True)
        facts.label(text=str(thing.get("triposr_image_name", "")), icon="IMAGE_DATA", translate=False)
        facts.label(text=str(thing.get("triposr_model", "")), icon="NETWORK_DRIVE", translate=False)
        layout.operator("triposr.make_again", icon="FILE_REFRESH")
        layout.operator("triposr.settings_to_panel", icon="COPYDOWN")
        layout.operator("triposr.copy_settings", icon="DUPLICATE")
