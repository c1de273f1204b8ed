# SPDX-License-Identifier: GPL-3.0-or-later
"""The TripoSR tab in the 3D View's sidebar. It only draws: what it shows is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from . import models, session
from .cutout_panel import draw_picture
from .installation_drawing import draw_bar, draw_card, draw_upgrade
from .presets import TRIPOSR_PT_presets
from .properties import settings_of
from .queue import Queue
from .queue_panel import step_text
from .sidebar import InSidebar, SettingsPanel, draw_lines

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

BUTTON_SCALE = 1.8


class TRIPOSR_PT_image_to_mesh(InSidebar, bpy.types.Panel):
    """Picture, model, and the button."""

    bl_idname = "TRIPOSR_PT_image_to_mesh"
    bl_label = "Image to Mesh"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """The presets' list opens from here."""
        TRIPOSR_PT_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        """From top to bottom as one works."""
        running, settings = session.current(), settings_of(context)
        layout = self.layout
        assert layout is not None
        draw_picture(layout.column(align=True), context, running, settings)
        _draw_picture_choice(layout, settings)
        _draw_model(layout, settings)
        if running.storage().worker_python_or_none() is None:
            draw_card(layout, context, running)
        else:
            draw_bar(layout, running.installation)
            draw_upgrade(layout, context, running)
            _draw_button(layout)
            _draw_progress(layout, context, running.queue)
        if running.failure is not None:
            _draw_failure(layout, context, running.failure)
        elif running.notice:
            draw_lines(layout, context, running.notice, "CHECKMARK")


class TRIPOSR_PT_surface(SettingsPanel, bpy.types.Panel):
    """How finely the shape is read off, and where its surface lies."""

    bl_idname = "TRIPOSR_PT_surface"
    bl_label = "Shape"

    def draw(self, context: bpy.types.Context) -> None:
        """Two settings."""
        column, settings = self.settings_column(context)
        column.prop(settings, "resolution")
        column.prop(settings, "threshold")


class TRIPOSR_PT_object(SettingsPanel, bpy.types.Panel):
    """What becomes of the shape in the scene."""

    bl_idname = "TRIPOSR_PT_object"
    bl_label = "Object"

    def draw(self, context: bpy.types.Context) -> None:
        """Where and how large, then what else."""
        column, settings = self.settings_column(context)
        column.prop(settings, "stand_at")
        column.prop(settings, "size_by")
        column.prop(settings, "shown_height")
        column.prop(settings, "origin_at")
        column.prop(settings, "decimate_ratio", text="Decimate")
        column.prop(settings, "show_colours")


def _draw_picture_choice(layout: bpy.types.UILayout, settings: TRIPOSR_PG_settings) -> None:
    row = layout.row(align=True)
    if not settings.image_path.strip():
        row.scale_y = BUTTON_SCALE
        row.operator("triposr.choose_picture", icon="IMAGE_DATA")
    else:
        row.prop(settings, "image_path", text="")
        row.operator("triposr.choose_picture", text="", icon="IMAGE_DATA")
    row.operator("triposr.add_folder", text="", icon="NEWFOLDER")
    others = layout.row(align=True)
    others.operator("triposr.paste_picture", text="Paste", icon="PASTEDOWN")
    others.operator("triposr.generate_from_viewport", text="View", icon="VIEW3D")
    others.operator("triposr.generate_from_render", text="Render", icon="RENDER_STILL")


def _draw_model(layout: bpy.types.UILayout, settings: TRIPOSR_PG_settings) -> None:
    column = layout.column(align=True)
    column.prop(settings, "model", text="")
    if settings.model == models.FOLDER:
        column.prop(settings, "model_folder", text="")


def _draw_button(layout: bpy.types.UILayout) -> None:
    row = layout.row(align=True)
    row.scale_y = BUTTON_SCALE
    row.operator("triposr.generate", icon="MESH_MONKEY")
    row.operator("triposr.try_four", text="", icon="MESH_GRID")
    row.operator("triposr.place_with_mouse", text="", icon="PIVOT_CURSOR")


def _draw_progress(layout: bpy.types.UILayout, context: bpy.types.Context, queue: Queue) -> None:
    """The job under way, also for those who keep the queue's own panel closed."""
    view = queue.current_or_none()
    if view is None:
        return
    row = layout.row(align=True)
    row.progress(factor=view.fraction, type="BAR", text=f"{step_text(view)}  {view.fraction:.0%}")
    row.operator("triposr.cancel", text="", icon="X").job = view.id
    if view.detail:
        layout.label(text=view.detail)
    if view.notice:
        draw_lines(layout, context, view.notice, "INFO")


def _draw_failure(layout: bpy.types.UILayout, context: bpy.types.Context, failure: HostFailure) -> None:
    box = layout.box()
    draw_lines(box, context, failure.sentence, "ERROR")
    row = box.row(align=True)
    row.operator("triposr.copy_failure", icon="COPYDOWN")
    row.operator("triposr.dismiss_failure", text="", icon="X")
