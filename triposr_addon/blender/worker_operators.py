# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving the worker's memory back by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from . import session
from .redraw import redraw_panels
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_unload(bpy.types.Operator):
    """Give the model's memory back. The worker stays, and the next mesh loads the model again"""

    bl_idname = "triposr.unload"
    bl_label = "Unload Model"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while something is loaded."""
        memory = session.current().memory_or_none()
        held = memory.held() if memory is not None else None
        if held is None or not held.can_be_unloaded:
            cls.poll_message_set(told("No model is loaded"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask. It is done at once, or when the job under way is over."""
        memory = session.current().memory_or_none()
        assert memory is not None, "poll() saw what it holds"
        memory.unload()
        redraw_panels(context)
        return {"FINISHED"}


class TRIPOSR_OT_stop_worker(bpy.types.Operator):
    """End the worker's process, which gives all of its memory back. The next mesh starts another one"""

    bl_idname = "triposr.stop_worker"
    bl_label = "Stop Worker"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while it has nothing to do."""
        running = session.current()
        if running.worker_or_none() is None:
            cls.poll_message_set(told("No worker is running"))
        elif not running.worker_is_free():
            cls.poll_message_set(told("The worker is busy. Cancel its jobs first, or wait"))
        return running.worker_is_free()

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask it to leave, and end it where it does not within three seconds."""
        memory = session.current().memory_or_none()
        assert memory is not None, "poll() saw the worker"
        memory.stop_worker()
        redraw_panels(context)
        return {"FINISHED"}
