# SPDX-License-Identifier: GPL-3.0-or-later
"""The Living Mesh panel: shown while an object that TripoSR made is active; and below it Colour from Field."""

from __future__ import annotations

import bpy

from ..host.jobs import JobState
from . import session
from .colour_targets import colour_settings_of, lender_or_none
from .context_members import active_object
from .field_carrier import FIELD, Place, file_of, place_of
from .living_object import TOO_NEW, living_mesh_or_none, why_no_other_shape, why_nothing_living
from .living_orders import Shaping, Shown
from .living_preview import preview_or_none
from .living_readiness import get_ready_soon
from .living_record import is_shaped_by_hand
from .living_settings import SLIDERS, living_settings_of
from .session import Session
from .sidebar import InSidebar, draw_lines, named_column
from .words import ui

BUTTON_SCALE = 1.4
CHANGED_BY_HAND = "This mesh was changed by hand. Re-extract replaces that work; undo brings it back."


class TRIPOSR_PT_living_mesh(InSidebar, bpy.types.Panel):
    """What the field of the active object can still do for it."""

    bl_idname = "TRIPOSR_PT_living_mesh"
    bl_label = "Living Mesh"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for a mesh whose making is on record."""
        thing = active_object(context)
        return living_mesh_or_none(thing) is not None or why_nothing_living(thing) == TOO_NEW

    def draw(self, context: bpy.types.Context) -> None:
        """The field, how it becomes the mesh, and how that stands."""
        mesh, layout, running = living_mesh_or_none(active_object(context)), self.layout, session.current()
        assert layout is not None
        if mesh is None:
            draw_lines(layout, context, ui(TOO_NEW), "INFO")
            return
        _draw_field(layout, context, mesh)
        refusal = why_no_other_shape(context)
        _draw_sliders(layout, context, usable=not refusal)
        if refusal:
            draw_lines(layout, context, refusal, "INFO")
        else:
            get_ready_soon(running)
            _draw_state(layout, context, running, mesh)
            _draw_buttons(layout, context, running, mesh)


class TRIPOSR_PT_colour_from_field(InSidebar, bpy.types.Panel):
    """Colours for meshes that were sculpted, decimated or retopologised."""

    bl_idname = "TRIPOSR_PT_colour_from_field"
    bl_label = "Colour from Field"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for meshes."""
        return active_object(context) is not None and isinstance(active_object(context).data, bpy.types.Mesh)

    def draw(self, context: bpy.types.Context) -> None:
        """Whose field, per what, and the button."""
        layout, scene, running = self.layout, context.scene, session.current()
        assert layout is not None
        assert scene is not None
        column, settings = named_column(layout), colour_settings_of(scene)
        column.prop(settings, "lender")
        column.prop(settings, "domain")
        lender = lender_or_none(context)
        if settings.lender is None and lender is not None:
            layout.label(text=ui("Those without a field: of {name}", name=lender.name), icon="INFO")
        if running.shaping.colour_orders():
            layout.label(text="Asking the field", icon="TIME")
        row = layout.row()
        row.scale_y = BUTTON_SCALE
        row.operator("triposr.colour_from_field", icon="BRUSH_DATA")


def _draw_field(layout: bpy.types.UILayout, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
    place = place_of(mesh)
    row = layout.row(align=True)
    if place is Place.INSIDE:
        row.label(text=ui("Field: {size:.2f} MB in the .blend", size=len(mesh[FIELD][FIELD]) / 1e6), icon="FILE_BLEND")
        row.operator("triposr.move_field_out", text="", icon="EXPORT")
        row.operator("triposr.drop_field", text="", icon="TRASH")
        return
    if place is Place.FILE:
        path = file_of(mesh)
        row.label(text=ui("Field: {file}", file=path.name if path else ""), icon="FILE")
    else:
        row.label(text="Field: dropped", icon="QUESTION")
    row.operator("triposr.bring_field_in", text="", icon="IMPORT")
    if place is Place.FILE:
        row.operator("triposr.drop_field", text="", icon="TRASH")


def _draw_sliders(layout: bpy.types.UILayout, context: bpy.types.Context, usable: bool) -> None:
    column, settings = named_column(layout), living_settings_of(context)
    column.enabled = usable
    for name in SLIDERS:
        column.prop(settings, name)


def _draw_state(layout: bpy.types.UILayout, context: bpy.types.Context, running: Session, mesh: bpy.types.Mesh) -> None:
    shaping, number = running.shaping, mesh.session_uid
    failure = shaping.failures.get(number)
    if failure is not None:
        draw_lines(layout.box(), context, failure.sentence, "ERROR")
    elif _is_under_way(shaping, number):
        draw_lines(layout, context, _what_runs(running), "TIME")
    elif preview_or_none(mesh) is not None and (shown := shaping.shown.get(number)) is not None:
        layout.label(text=_what_is_shown(shown), icon="HIDE_OFF")
    elif number in shaping.wishes:
        layout.label(text="The mesh is not of these settings", icon="INFO")
    if is_shaped_by_hand(mesh):
        draw_lines(
            layout,
            context,
            "This mesh was changed by hand. Re-extract replaces that work; undo brings it back.",
            "INFO",
        )


def _draw_buttons(
    layout: bpy.types.UILayout, context: bpy.types.Context, running: Session, mesh: bpy.types.Mesh
) -> None:
    order = running.shaping.order_for(mesh.session_uid)
    view = running.field_view(order.job) if order is not None else None
    if view is not None:
        row = layout.row(align=True)
        waits = view.state is JobState.WAITING
        text = ui("Waits for a photo") if waits else f"{ui(view.step.capitalize())}  {view.fraction:.0%}"
        row.progress(factor=view.fraction, type="BAR", text=text)
        row.operator("triposr.cancel_re_extract", text="", icon="X")
        if view.notice:
            draw_lines(layout, context, view.notice, "INFO")
        return
    row = layout.row(align=True)
    row.scale_y = BUTTON_SCALE
    row.operator("triposr.re_extract", icon="FILE_REFRESH")
    row.operator("triposr.preview_mesh", text="", icon="HIDE_OFF")
    row.operator("triposr.preview_back", text="", icon="LOOP_BACK")


def _is_under_way(shaping: Shaping, number: int) -> bool:
    return shaping.preview is not None and shaping.preview.mesh == number


def _what_runs(running: Session) -> str:
    view = running.field_view(running.shaping.preview.job) if running.shaping.preview is not None else None
    if view is not None and view.state is JobState.WAITING and running.queue.busy():
        return "The preview waits for the mesh that is being made"
    return "The worker starts" if view is not None and view.step == "start worker" else "A preview is made"


def _what_is_shown(shown: Shown) -> str:
    """Say that it is a preview, and of what detail."""
    template = "Preview, {nodes} of {all} steps, {seconds:.1f} s"
    full = shown.settings.resolution
    return ui(template, nodes=min(shown.nodes, full), all=full, seconds=shown.seconds)
