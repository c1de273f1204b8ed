# SPDX-License-Identifier: GPL-3.0-or-later
"""The Living Mesh panel: shown while an object that TripoSR made is active."""

from __future__ import annotations

import bpy

from .field_carrier import FIELD, Place, file_of, place_of
from .living_object import living_mesh_or_none
from .sidebar import InSidebar


class TRIPOSR_PT_living_mesh(InSidebar, bpy.types.Panel):
    """What the field of the active object can still do for it."""

    bl_idname = "TRIPOSR_PT_living_mesh"
    bl_label = "Living Mesh"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for a mesh whose making is on record."""
        return living_mesh_or_none(context.object) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """The field, and what can be done about it."""
        mesh, layout = living_mesh_or_none(context.object), self.layout
        assert mesh is not None, "poll() saw one"
        assert layout is not None
        _draw_field(layout, context, mesh)


def _draw_field(layout: bpy.types.UILayout, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
    place = place_of(mesh)
    row = layout.row(align=True)
    if place is Place.INSIDE:
        row.label(text=f"Field: {len(mesh[FIELD][FIELD]) / 1e6:.2f} MB in the .blend", icon="FILE_BLEND")
        row.operator("triposr.move_field_out", text="", icon="EXPORT")
        row.operator("triposr.drop_field", text="", icon="TRASH")
        return
    if place is Place.FILE:
        path = file_of(mesh)
        row.label(text=f"Field: {path.name if path else ''}", icon="FILE")
    else:
        row.label(text="Field: dropped", icon="QUESTION")
    row.operator("triposr.bring_field_in", text="", icon="IMPORT")
    if place is Place.FILE:
        row.operator("triposr.drop_field", text="", icon="TRASH")
