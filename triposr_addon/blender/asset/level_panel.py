# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of Detail and Collider, below Game Asset."""

from __future__ import annotations

import bpy

from ..context_members import active_object
from ..sidebar import draw_lines, named_column
from ..words import ui
from .asset_collection import LEVEL, collection_of, colliders_in, levels_in
from .levels import ERROR, level_words
from .mesh_exchange import triangles_in
from .panel import UnderGameAsset
from .settings import asset_settings_of


class TRIPOSR_PT_asset_levels(UnderGameAsset, bpy.types.Panel):
    """How many levels, how fine, and how far those that are there lie from LOD0."""

    bl_idname = "TRIPOSR_PT_asset_levels"
    bl_label = "Levels of Detail"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, the button, the levels."""
        layout, scene, thing = self.layout, context.scene, active_object(context)
        assert layout is not None
        assert scene is not None
        settings = asset_settings_of(scene).levels
        column = named_column(layout)
        column.prop(settings, "count")
        column.prop(settings, "by")
        for number in range(1, settings.count + 1):
            column.prop(settings, f"{settings.by.lower()}_{number}")
        layout.operator("triposr.make_levels", icon="MOD_MULTIRES")
        collection = collection_of(thing) if thing is not None else None
        for level in levels_in(collection) if collection is not None else ():
            _draw_level(layout, context, level)


class TRIPOSR_PT_asset_colliders(UnderGameAsset, bpy.types.Panel):
    """What physics takes for the asset."""

    bl_idname = "TRIPOSR_PT_asset_colliders"
    bl_label = "Collider"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, the button, what there is."""
        layout, scene, thing = self.layout, context.scene, active_object(context)
        assert layout is not None
        assert scene is not None
        settings = asset_settings_of(scene).colliders
        column = named_column(layout)
        column.prop(settings, "kind")
        if settings.kind in ("HULL", "PARTS"):
            column.prop(settings, "vertices")
        if settings.kind == "PARTS":
            column.prop(settings, "parts")
        layout.operator("triposr.make_colliders", icon="MESH_ICOSPHERE")
        collection = collection_of(thing) if thing is not None else None
        for collider in colliders_in(collection) if collection is not None else ():
            layout.label(text=collider.name, icon="MESH_ICOSPHERE", translate=False)


def _draw_level(layout: bpy.types.UILayout, context: bpy.types.Context, level: bpy.types.Object) -> None:
    mesh, error = level.data, level.get(ERROR)
    assert isinstance(mesh, bpy.types.Mesh)
    largest, mean = list(error) if error is not None else (0.0, 0.0)
    words = level_words(triangles_in(mesh), largest, mean)
    draw_lines(layout, context, ui("{name}: {words}", name=f"LOD{level[LEVEL]}", words=words), "MESH_DATA")
