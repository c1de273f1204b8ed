# SPDX-License-Identifier: GPL-3.0-or-later
"""Image to Mesh: puts a job into the queue. From the panel it comes back at once, from a script with the object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from . import session
from .follow import follow, wait_for
from .handover import tell_failure
from .order import order_from_context
from .placement import Place

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_generate(bpy.types.Operator):
    """Turn the picture into a coloured mesh, placed as the Object panel says. Each click adds one to the queue"""

    bl_idname = "triposr.generate"
    bl_label = "Image to Mesh"
    # Not REGISTER: the redo panel would run the whole job again at each touch of a slider.
    # Not UNDO: nothing has changed yet; the object that comes is the undo step.
    bl_options = set()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: order, and come back at once."""
        job = start_job(self, context)
        return follow(self, context, [job]) if job else {"CANCELLED"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script or without a window: come back when the object is there."""
        job = start_job(self, context)
        return wait_for(self, context, [job]) if job else {"CANCELLED"}


def start_job(operator: bpy.types.Operator, context: bpy.types.Context, place: Place | None = None) -> str:
    """The id of a new job; empty where there is none, and then the artist was told why. place: not the chosen one."""
    running = session.current()
    try:
        return running.start(order_from_context(context, place))
    except HostFailure as failure:
        tell_failure(operator, running, failure)
        return ""
