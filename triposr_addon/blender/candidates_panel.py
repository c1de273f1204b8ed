# SPDX-License-Identifier: GPL-3.0-or-later
"""The candidates in the TripoSR tab: how each looks, how well it fits its cut-out, and a button to pick it."""

from __future__ import annotations

import bpy

from ..host.jobs import JobState, JobView
from . import session
from .candidates import candidates
from .queue import Ticket
from .queue_panel import step_text
from .sidebar import InSidebar, draw_lines
from .words import ui

PICTURE_SCALE = 5.0


class TRIPOSR_PT_candidates(InSidebar, bpy.types.Panel):
    """Two by two."""

    bl_idname = "TRIPOSR_PT_candidates"
    bl_parent_id = "TRIPOSR_PT_image_to_mesh"
    bl_label = "Candidates"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where there are some."""
        running = session.current_or_none()
        return running is not None and bool(candidates(running.queue))

    def draw(self, context: bpy.types.Context) -> None:
        """One box for each, then the way out."""
        layout = self.layout
        assert layout is not None
        grid = layout.grid_flow(row_major=True, columns=2, even_columns=True, even_rows=False, align=True)
        for view, ticket in candidates(session.current().queue):
            _draw_candidate(grid.box(), context, view, ticket)
        layout.operator("triposr.pick_none", icon="X")


def facts_of(view: JobView) -> list[str]:
    """What to know about a candidate that is done: how well it covers its cut-out, and how large it is."""
    result = view.result
    if result is None:
        return []
    overlap = [ui("Overlap {share:.0%}", share=result.review.facts.overlap)] if result.review is not None else []
    return [*overlap, ui("{count:,} triangles", count=result.triangles)]


def _draw_candidate(box: bpy.types.UILayout, context: bpy.types.Context, view: JobView, ticket: Ticket) -> None:
    each = ticket.order.candidate
    assert each is not None, "only candidates are drawn here"
    column = box.column(align=True)
    column.label(text=each.text)
    if not view.state.over:
        column.progress(factor=view.fraction, type="BAR", text=step_text(view))
    elif view.state is JobState.DONE and ticket.kept:
        _draw_picture(column, ticket)
        for fact in facts_of(view):
            column.label(text=fact)
        column.operator("triposr.pick").candidate = each.number
    elif ticket.failure is not None:
        draw_lines(column, context, ticket.failure.sentence, "ERROR")
    else:
        column.label(text="Cancelled" if ticket.settled else "Comes when you let go")


def _draw_picture(column: bpy.types.UILayout, ticket: Ticket) -> None:
    preview = ticket.drawing.preview_or_none(ticket.order.request.photo) if ticket.drawing is not None else None
    if preview is not None and preview.icon_id:
        column.template_icon(preview.icon_id, scale=PICTURE_SCALE)
