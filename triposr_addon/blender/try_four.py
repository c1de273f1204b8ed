# SPDX-License-Identifier: GPL-3.0-or-later
"""Try Four: four candidates of one picture, of which the artist picks one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty

from ..host.failures import HostFailure
from ..host.jobs import JobView
from . import session
from .candidates import candidate_or_none, candidate_orders, candidates, forget_candidates
from .delivery import deliver
from .follow import follow, wait_for
from .handover import tell_failure
from .modifiers import waiting_modifiers
from .order import order_from_context
from .queue import Ticket
from .redraw import redraw_panels, redraw_views
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_try_four(bpy.types.Operator):
    """Make four candidates of the picture, with two foreground ratios and with the mirror image, to pick one of"""

    bl_idname = "triposr.try_four"
    bl_label = "Try Four"
    bl_options = set()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: order, and come back at once."""
        jobs = start_candidates(self, context)
        return follow(self, context, jobs) if jobs else {"CANCELLED"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script or without a window: come back when all four can be picked."""
        jobs = start_candidates(self, context)
        return wait_for(self, context, jobs) if jobs else {"CANCELLED"}


class _OnCandidates:
    """An operator on what Try Four made."""

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where there are candidates."""
        running = session.current_or_none()
        if running is None or not candidates(running.queue):
            cls.poll_message_set(told("There are no candidates. Try Four makes them"))  # type: ignore[attr-defined]
            return False
        return True


class TRIPOSR_OT_pick(_OnCandidates, bpy.types.Operator):
    """Bring this candidate into the scene. The others go"""

    bl_idname = "triposr.pick"
    bl_label = "Pick"
    bl_options = {"UNDO"}

    if TYPE_CHECKING:
        candidate: int
    else:
        candidate: IntProperty(
            name="Candidate",
            description="Number of the candidate, 1 to 4",
            min=1,
            max=4,
            default=1,
            options={"SKIP_SAVE"},
        )

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """One undo step."""
        running = session.current()
        found = candidate_or_none(running.queue, self.candidate)
        if found is None:
            self.report(
                {"ERROR"},
                told("Candidate {number} is not ready. Wait for it, or pick another one.", number=self.candidate),
            )
            return {"CANCELLED"}
        try:
            bring_in(context, running, *found)
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        self.report({"INFO"}, f"{found[0].request.name}: {running.notice}")
        return {"FINISHED"}


class TRIPOSR_OT_pick_none(_OnCandidates, bpy.types.Operator):
    """Forget all candidates, also those that are still being made"""

    bl_idname = "triposr.pick_none"
    bl_label = "None of These"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Nothing of them is in the scene."""
        forget_candidates(session.current().queue)
        redraw_panels(context)
        redraw_views(context)
        return {"FINISHED"}


def start_candidates(operator: bpy.types.Operator, context: bpy.types.Context) -> list[str]:
    """The ids of four new jobs; none where they can't be ordered, and then the artist was told why."""
    running = session.current()
    try:
        orders = candidate_orders(order_from_context(context))
        forget_candidates(running.queue)
        return [running.start(order) for order in orders]
    except HostFailure as failure:
        tell_failure(operator, running, failure)
        return []


def bring_in(context: bpy.types.Context, running: session.Session, view: JobView, ticket: Ticket) -> None:
    """Put the picked one into the scene, and forget the others. Raises ResultUnreadable: then all are as before."""
    assert view.result is not None, "only what is done can be picked"
    order = dataclasses.replace(ticket.order, candidate=None)
    new = deliver(context, order, view.result)
    forget_candidates(running.queue, but=view.id)
    ticket.become(order)
    notice = told("{count:,} triangles in {seconds:.1f} s", count=view.result.triangles, seconds=view.seconds)
    running.queue.settle(view.id, notice, None)
    running.failure, running.notice = None, notice + waiting_modifiers(new)
