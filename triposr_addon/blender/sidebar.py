# SPDX-License-Identifier: GPL-3.0-or-later
"""What every panel of the TripoSR tab has in common: where it stands, how settings and sentences are laid out."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import bpy

from .properties import settings_of
from .words import ui

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import IconItems

    from .properties import TRIPOSR_PG_settings

CHARACTER_PIXELS = 6.5
"""About the width of a letter in Blender's own font at a scale of 1, rounded up: text must not be cut off."""


class InSidebar:
    """A panel of the tab."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "TripoSR"


class SettingsPanel(InSidebar):
    """A panel of settings under the main one."""

    bl_parent_id = "TRIPOSR_PT_image_to_mesh"

    def settings_column(self, context: bpy.types.Context) -> tuple[bpy.types.UILayout, TRIPOSR_PG_settings]:
        """A `named_column`, and the scene's settings."""
        return named_column(self.layout), settings_of(context)  # type: ignore[attr-defined]  # a panel's


def named_column(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """For settings: names on the left, values on the right."""
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def draw_lines(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: IconItems) -> None:
    """A label cuts off what does not fit, so sentences are broken into lines here; the first one has the icon."""
    column = layout.column(align=True)
    for number, line in enumerate(textwrap.wrap(ui(text), width=_characters_in(context))):
        column.label(text=line, icon="BLANK1" if number else icon)


def _characters_in(context: bpy.types.Context) -> int:
    width = context.region.width if context.region is not None else 0
    taken_by_margins_and_icon = 70.0
    scale = context.preferences.system.ui_scale or 1.0
    return max(20, int((width / scale - taken_by_margins_and_icon) / CHARACTER_PIXELS))
