# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue in the TripoSR tab: a line for each job, with what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..host.jobs import JobState, JobView
from . import session
from .queue import Queue, Ticket
from .sidebar import InSidebar, draw_lines
from .words import ui

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import IconItems

LINES_PER_PAGE = 12

STATE_ICONS: dict[JobState, IconItems] = {
    JobState.WAITING: "SORTTIME",
    JobState.RUNNING: "PLAY",
    JobState.DONE: "CHECKMARK",
    JobState.FAILED: "ERROR",
    JobState.CANCELLED: "CANCEL",
}


class TRIPOSR_PT_queue(InSidebar, bpy.types.Panel):
    """Jobs that wait, run or are over."""

    bl_idname = "TRIPOSR_PT_queue"
    bl_parent_id = "TRIPOSR_PT_image_to_mesh"
    bl_label = "Queue"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not before there was a job."""
        running = session.current_or_none()
        return running is not None and bool(running.queue.views())

    def draw(self, context: bpy.types.Context) -> None:
        """A page of lines, then what concerns all of them."""
        running = session.current()
        queue = running.queue
        layout = self.layout
        assert layout is not None
        views, left = queue.views(), queue.times_left()
        pages = -(-len(views) // LINES_PER_PAGE)
        running.queue_page = min(max(running.queue_page, 0), max(pages - 1, 0))
        first = running.queue_page * LINES_PER_PAGE
        for view in views[first : first + LINES_PER_PAGE]:
            _draw_job(layout.box(), context, queue, view, left.get(view.id))
        if pages > 1:
            _draw_pages(layout, running.queue_page, pages)
        _draw_all(layout, views, left)


def duration(seconds: float) -> str:
    """A time left, as short as it is rough: "8 s", "2 min", "1 h 5 min"."""
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def step_text(view: JobView) -> str:
    """What a job is doing, for its bar."""
    if view.cancelling:
        return ui("Cancelling")
    return ui(view.step.capitalize() or "Waiting")


def _draw_job(
    box: bpy.types.UILayout, context: bpy.types.Context, queue: Queue, view: JobView, left: float | None
) -> None:
    ticket = queue.ticket(view.id)
    row = box.row(align=True)
    _draw_name(row, view, ticket)
    buttons = row.row(align=True)
    if view.state is JobState.WAITING:
        _draw_moves(buttons, queue, view)
    if ticket.kept:
        pass  # picked, or forgotten with the other candidates
    elif view.state.over:
        _job_button(buttons, "triposr.retry", "FILE_REFRESH", view)
    else:
        _job_button(buttons, "triposr.cancel", "X", view)
    _draw_state(box, context, view, ticket, left)


def _draw_name(row: bpy.types.UILayout, view: JobView, ticket: Ticket) -> None:
    preview = ticket.thumbnail.preview_or_none(view.request.photo)
    row.label(text="", icon=STATE_ICONS[view.state])
    if preview is not None and preview.icon_id:
        row.label(text=view.request.name, icon_value=preview.icon_id)
    else:
        row.label(text=view.request.name, icon="IMAGE_DATA")


def _draw_moves(row: bpy.types.UILayout, queue: Queue, view: JobView) -> None:
    for direction, by, icon in (("UP", -1, "TRIA_UP"), ("DOWN", 1, "TRIA_DOWN")):
        place = row.row(align=True)
        place.enabled = queue.can_move(view.id, by)
        _job_button(place, "triposr.move_job", icon, view).direction = direction  # type: ignore[arg-type]


def _job_button(row: bpy.types.UILayout, operator: str, icon: IconItems, view: JobView) -> bpy.types.OperatorProperties:
    button = row.operator(operator, text="", icon=icon)
    button.job = view.id
    return button


def _draw_state(
    box: bpy.types.UILayout, context: bpy.types.Context, view: JobView, ticket: Ticket, left: float | None
) -> None:
    soon = "  " + ui("{time} left", time=duration(left)) if left is not None else ""
    if view.state is JobState.RUNNING:
        text = f"{step_text(view)}  {view.fraction:.0%}{soon}"
        box.progress(factor=view.fraction, type="BAR", text=text)
    elif view.state is JobState.WAITING:
        box.label(text=ui("Waiting") + soon, icon="BLANK1")
    elif ticket.failure is not None:
        draw_lines(box, context, ticket.failure.sentence, "BLANK1")
    elif ticket.settled:
        draw_lines(box, context, ticket.notice or "Cancelled", "BLANK1")
    else:
        box.label(text="Comes when you let go", icon="BLANK1")


def _draw_pages(layout: bpy.types.UILayout, page: int, pages: int) -> None:
    row = layout.row(align=True)
    for by, icon in ((-1, "TRIA_LEFT"), (1, "TRIA_RIGHT")):
        place = row.row(align=True)
        place.enabled = 0 <= page + by < pages
        place.operator("triposr.turn_queue_page", text="", icon=icon).by = by  # type: ignore[arg-type]
    row.label(text=ui("Page {page} of {pages}", page=page + 1, pages=pages))


def _draw_all(layout: bpy.types.UILayout, views: tuple[JobView, ...], left: dict[str, float]) -> None:
    unfinished = [view for view in views if not view.state.over]
    if len(unfinished) > 1:
        known = len(left) == len(unfinished)
        soon = ", " + ui("{time} left", time=duration(max(left.values()))) if known else ""
        layout.label(text=ui("{count} jobs to do", count=len(unfinished)) + soon)
    row = layout.row(align=True)
    row.operator("triposr.cancel_all")
    row.operator("triposr.clear_finished")
