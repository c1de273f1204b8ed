# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows what was asked of fields with a timer: a preview is shown when it is there, an order is taken in.

While a preview is on the screen the timer beats on, slowly: a preview of an object that is not the active one any
more, or that somebody begins to edit, is put back.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..host.failures import HostFailure
from . import living_preview, session
from .context_members import active_object
from .living_arrival import show_preview
from .living_object import living_mesh_or_none, mesh_by_number, why_in_use, why_no_other_shape
from .living_orders import ColourOrder, MeshOrder, Order
from .living_questions import PREVIEW_NODES, ask_preview, drop_preview, finest_nodes, wished_settings
from .modal_hands import are_free
from .redraw import redraw_panels
from .renders import renders
from .session import Session
from .unforeseen import forgiving_timer

BEAT_SECONDS = 0.03
WATCH_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 3600.0
"""For a script: 1024 nodes on a slow processor, after a photo that is being worked on."""


def preview_on_change(_settings: Any, context: bpy.types.Context) -> None:
    """A slider's update function. Nothing without a window, where nobody looks."""
    running, mesh = session.current_or_none(), living_mesh_or_none(active_object(context))
    if running is None or mesh is None or bpy.app.background or why_no_other_shape(context):
        return
    if mesh.session_uid not in running.shaping.wishes:
        go_back(running, mesh)
    else:
        begin_preview(running, mesh)
    redraw_panels(context)


def begin_preview(running: Session, mesh: bpy.types.Mesh) -> None:
    """Have a preview of this mesh made and of no other; why there is none is kept for the panel."""
    for real in {living_preview.real_mesh(preview) for preview in living_preview.previews()} - {mesh}:
        living_preview.put_back(real)
    try:
        ask_preview(running, mesh)
    except HostFailure as failure:
        running.shaping.failures[mesh.session_uid] = failure
    follow()


def go_back(running: Session, mesh: bpy.types.Mesh) -> None:
    """The mesh itself is seen again, and the sliders show what it was made with."""
    order = running.shaping.preview
    if order is not None and order.mesh == mesh.session_uid:
        drop_preview(running)
    living_preview.put_back(mesh)
    running.shaping.forget_wishes(mesh.session_uid)


def follow() -> None:
    """Have the timer beat, if it does not yet; in background mode none ever does."""
    if not bpy.app.background and not bpy.app.timers.is_registered(beat):
        bpy.app.timers.register(beat, first_interval=BEAT_SECONDS, persistent=True)


@forgiving_timer(WATCH_SECONDS)
def beat() -> float | None:
    """A timer's function: seconds to the next call, None when nothing is awaited and no preview is on the screen."""
    running = session.current_or_none()
    if running is None:
        return None
    running.tick()
    window = next(iter(bpy.context.window_manager.windows), None)  # a timer has none, and operators want one
    with bpy.context.temp_override(window=window):
        if any([settle_preview(running), settle_orders(running), leave_what_is_left(bpy.context)]):
            redraw_panels(bpy.context)
    if running.shaping.busy():
        return BEAT_SECONDS
    return WATCH_SECONDS if living_preview.previews() else None


def settle_preview(running: Session) -> bool:
    """Show the preview that was asked for, if it is there; answers whether it is over."""
    order = running.shaping.preview
    view = running.field_view(order.job) if order is not None else None
    if order is None or (view is not None and not _ripe(order, view.state.over)):
        return False
    running.shaping.preview = None
    running.shaping.failures.pop(order.mesh, None)
    try:
        if view is not None:
            show_preview(running, order, view)
            _refine(running, order, view.seconds)
    except HostFailure as failure:
        running.shaping.failures[order.mesh] = failure
    finally:
        running.drop_field_job(order.job)
    return True


def _refine(running: Session, order: MeshOrder, seconds: float) -> None:
    """After a coarse preview that is still wished for, the best one."""
    mesh, finest = mesh_by_number(order.mesh), finest_nodes(order.settings)
    if order.nodes == PREVIEW_NODES:
        running.shaping.finest_took = seconds
    if mesh is None or running.shaping.order_for(order.mesh) is not None:
        return  # what was ordered to stay is on its way
    if order.nodes < finest and wished_settings(running, mesh) == order.settings:
        ask_preview(running, mesh, finest)


def wait_for_preview(running: Session) -> None:
    """For a script: come back when the best preview is shown, or failed."""
    while running.shaping.preview is not None:
        wait_for(running, running.shaping.preview)
        settle_preview(running)


def settle_orders(running: Session) -> bool:
    """Take in the first order that is ready; answers whether there was one."""
    for name, order in running.shaping.orders.items():
        views = [running.field_view(job) for job in order.jobs]
        if _ripe(order, all(view is None or view.state.over for view in views)):
            take_in(name, order)
            return True
    return False


def take_in(name: str, order: Order) -> bool:
    """What was ordered becomes an undo step; answers whether anything changed.

    From a script the step is pushed only where the script's own call asked for one, as with all of Blender's.
    """
    operators = bpy.ops.triposr  # type: ignore[attr-defined]
    taking = operators.take_in_colours if isinstance(order, ColourOrder) else operators.take_in_mesh
    return bool(taking("EXEC_DEFAULT", True, order=name) == {"FINISHED"})


def wait_for(running: Session, order: Order) -> None:
    """For a script: come back when all jobs of an order are over."""
    for job in order.jobs:
        running.fitting_generator().fields.run_until_done(job, LONGEST_WAIT_SECONDS)


def cancel(running: Session, order: Order) -> None:
    """End an order; nothing comes of it."""
    for job in order.jobs:
        running.drop_field_job(job)
    if isinstance(order, ColourOrder):
        order.remove_files()
    running.shaping.orders.pop(order.jobs[0], None)


def leave_what_is_left(context: bpy.types.Context) -> bool:
    """Put back previews of what is active in no window, or is being edited; answers whether there was one."""
    active = [thing for thing in _active_objects(context) if thing is not None]
    left = living_preview.settle_worked_on()
    for real in {living_preview.real_mesh(preview) for preview in living_preview.previews()}:
        edited = [thing for thing in active if living_mesh_or_none(thing) == real and thing.mode != "OBJECT"]
        if edited:
            left |= _put_back_in_its_mode(edited[0], real)
        elif not why_in_use(real) and real not in map(living_mesh_or_none, active):
            left |= living_preview.put_back(real)
    return left


def _active_objects(context: bpy.types.Context) -> list[bpy.types.Object | None]:
    windows = context.window_manager.windows
    return [active_object(context), *(window.view_layer.objects.active for window in windows)]


def _put_back_in_its_mode(thing: bpy.types.Object, real: bpy.types.Mesh) -> bool:
    """Somebody began to edit the preview: let them edit the mesh."""
    mode = thing.mode
    with bpy.context.temp_override(active_object=thing, object=thing):
        bpy.ops.object.mode_set(mode="OBJECT")
        living_preview.put_back(real)
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    return True


def _ripe(order: MeshOrder | ColourOrder, over: bool) -> bool:
    return over and not renders() and are_free(bpy.context, order.busy_hands, order.ordered_at)
