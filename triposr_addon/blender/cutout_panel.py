# SPDX-License-Identifier: GPL-3.0-or-later
"""The cut-out in the panel: how it looks, what to know about it, and what it depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..host.cut_outs import CutOutState, CutOutView
from . import cutout_follow, session
from .mask_image import MASK_OF, belongs_to
from .paths import path_or_none
from .sidebar import SettingsPanel, draw_lines
from .words import ui

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

PICTURE_SCALE = 7.0


class TRIPOSR_PT_picture(SettingsPanel, bpy.types.Panel):
    """How the subject is found in the picture."""

    bl_idname = "TRIPOSR_PT_picture"
    bl_label = "Cut-out"

    def draw(self, context: bpy.types.Context) -> None:
        """The method, what is done to its mask, and the mask that goes before them all."""
        column, settings = self.settings_column(context)
        painted = _uses_mask(settings)
        found = column.column()
        found.active = not painted
        found.prop(settings, "background")
        if settings.background == "rembg":
            found.prop(settings, "rembg_model")
        column.prop(settings, "foreground_ratio", text="Foreground", slider=True)
        column.prop(settings, "mirror")
        cleaned = column.column()
        cleaned.active = not painted and settings.background != "none"
        cleaned.prop(settings, "mask_threshold", slider=True)
        cleaned.prop(settings, "fill_holes")
        cleaned.prop(settings, "largest_part")
        _draw_mask(column.column(), context, settings)


def draw_picture(
    layout: bpy.types.UILayout, context: bpy.types.Context, running: session.Session, settings: TRIPOSR_PG_settings
) -> None:
    """The framed cut-out, or the plain picture until there is one; below it how it stands, and what to know."""
    photo = path_or_none(settings.image_path)
    if photo is None:
        return
    preview = running.cut_out.preview_or_none(photo) or running.thumbnail.preview_or_none(photo)
    if preview is not None and preview.icon_id:
        layout.box().template_icon(preview.icon_id, scale=PICTURE_SCALE)
    view = cutout_follow.view_or_none(running, photo)
    if view is not None:
        _draw_state(layout, context, view, settings)


def _draw_state(
    layout: bpy.types.UILayout, context: bpy.types.Context, view: CutOutView, settings: TRIPOSR_PG_settings
) -> None:
    if view.state is CutOutState.WAITING:
        layout.label(text="The cut-out waits for the mesh that is being made", icon="TIME")
    elif view.state is CutOutState.RUNNING:
        layout.label(text=_what_runs(view), icon="TIME")
    elif not cutout_follow.is_up_to_date(view, settings):
        row = layout.row(align=True)
        row.label(text="Not of these settings", icon="INFO")
        row.operator("triposr.show_cut_out", text="", icon="FILE_REFRESH")
    elif view.failure is not None:
        draw_lines(layout.box(), context, view.failure.sentence, "ERROR")
    for warning in view.result.warnings if view.result is not None else ():
        draw_lines(layout.box(), context, warning, "ERROR")


def _what_runs(view: CutOutView) -> str:
    by_network = view.request.settings.background == "rembg" and not view.request.settings.mask_path
    return "Cutting out: the network takes some seconds" if by_network else "Cutting out"


def _draw_mask(layout: bpy.types.UILayout, context: bpy.types.Context, settings: TRIPOSR_PG_settings) -> None:
    row = layout.row(align=True)
    row.prop(settings, "mask", text="Painted Mask")
    if settings.mask is not None:
        layout.prop(settings, "use_mask")
        if not belongs_to(settings.mask, path_or_none(settings.image_path) or Path()):
            owner = Path(settings.mask[MASK_OF]).name
            draw_lines(
                layout, context, ui("It belongs to {picture} and is not used for this picture.", picture=owner), "INFO"
            )
    buttons = layout.row(align=True)
    buttons.operator("triposr.edit_mask", icon="BRUSH_DATA")
    if settings.mask is not None:
        buttons.operator("triposr.forget_mask", text="", icon="X")
        brushes = layout.row(align=True)
        brushes.operator("triposr.mask_brush", text="Erase", icon="REMOVE").blend = "ERASE_ALPHA"
        brushes.operator("triposr.mask_brush", text="Restore", icon="ADD").blend = "ADD_ALPHA"
        brushes.operator("triposr.show_cut_out", text="", icon="FILE_REFRESH")


def _uses_mask(settings: TRIPOSR_PG_settings) -> bool:
    photo = path_or_none(settings.image_path)
    return settings.use_mask and photo is not None and belongs_to(settings.mask, photo)
