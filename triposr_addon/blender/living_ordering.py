# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators have in common that order something of a field, to stay as one undo step: a mesh, or colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from . import living_follow, session
from .handover import tell_failure
from .living_orders import Order
from .session import Session

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class OrdersOfFields(bpy.types.Operator):
    """An operator that is not registered itself; those made of it say what they order."""

    # Not UNDO: nothing has changed yet; what comes is the undo step.
    bl_options = set()

    def order(self, running: Session, context: bpy.types.Context) -> Order:
        """Put it on the list of what is awaited. Raises HostFailure."""
        raise NotImplementedError

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: order, and come back at once."""
        if self._ordered_or_none(context) is None:
            return {"CANCELLED"}
        living_follow.follow()
        return {"FINISHED"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script or without a window: come back when it is there."""
        running, order = session.current(), self._ordered_or_none(context)
        if order is None:
            return {"CANCELLED"}
        living_follow.wait_for(running, order)
        if living_follow.take_in(order.jobs[0], order):
            self.report({"INFO"}, running.notice)
            return {"FINISHED"}
        if running.failure is not None:
            self.report({"ERROR"}, running.failure.sentence)
        return {"CANCELLED"}

    def _ordered_or_none(self, context: bpy.types.Context) -> Order | None:
        running = session.current()
        running.failure, running.notice = None, ""
        try:
            return self.order(running, context)
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return None
