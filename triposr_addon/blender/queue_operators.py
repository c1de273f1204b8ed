# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist can do with the queue. None of it changes the .blend, so none of it is an undo step.

The buttons of a line name its job; a script can leave the job out, and means the one that is said in the description.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..host.jobs import JobState
from . import session
from .follow import follow
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

WAITING = {JobState.WAITING}
UNFINISHED = {JobState.WAITING, JobState.RUNNING}
MOVES = {"UP": -1, "DOWN": 1}


class _OnJob:
    """An operator on one job: its id, or empty for the one that the operator means by itself."""

    if TYPE_CHECKING:
        job: str
    else:
        job: StringProperty(
            name="Job",
            description="The job's number; empty for the one that the operator means by itself",
            options={"SKIP_SAVE", "HIDDEN"},
        )


class TRIPOSR_OT_cancel(_OnJob, bpy.types.Operator):
    """Stop this job, or the one under way"""

    bl_idname = "triposr.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while there is something to stop."""
        return _there_is(cls, UNFINISHED, "No job is waiting or running")

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask; the job is over within a second."""
        queue = session.current().queue
        current = queue.current_or_none()
        job = self.job or (current.id if current is not None else "")
        if not _is_there(self, job):
            return {"CANCELLED"}
        queue.cancel(job)
        return {"FINISHED"}


class TRIPOSR_OT_cancel_all(bpy.types.Operator):
    """Stop the job under way and all that wait"""

    bl_idname = "triposr.cancel_all"
    bl_label = "Cancel All"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while there is something to stop."""
        return _there_is(cls, UNFINISHED, "No job is waiting or running")

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask; they are over within a second."""
        session.current().queue.cancel_all()
        return {"FINISHED"}


class TRIPOSR_OT_retry(_OnJob, bpy.types.Operator):
    """Make the same again with the same settings, or all that failed"""

    bl_idname = "triposr.retry"
    bl_label = "Try Again"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where something is over."""
        return _something_is_over(cls)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put it back into the queue, in its old place."""
        running = session.current()
        over = {view.id for view in running.queue.settled()}
        chosen = [self.job] if self.job else [view.id for view in running.queue.settled() if view.failure is not None]
        if not chosen:
            self.report({"INFO"}, "No job has failed")
            return {"CANCELLED"}
        if not over.issuperset(chosen):
            self.report({"ERROR"}, "This job is not over. Cancel it first, or wait for it.")
            return {"CANCELLED"}
        return follow(self, context, [running.retry(job) for job in chosen])


class TRIPOSR_OT_move_job(_OnJob, bpy.types.Operator):
    """Let this job, or the last one, change places with the one that waits before or after it"""

    bl_idname = "triposr.move_job"
    bl_label = "Move Job"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        direction: str
    else:
        direction: EnumProperty(
            name="Direction",
            description="Earlier or later",
            items=(("UP", "Up", "One earlier"), ("DOWN", "Down", "One later")),
            options={"SKIP_SAVE"},
        )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where two could change places."""
        if len(_jobs(WAITING)) < 2:
            cls.poll_message_set(told("Fewer than two jobs are waiting"))
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Move it."""
        job = self.job or _jobs(WAITING)[-1]
        if not _is_there(self, job):
            return {"CANCELLED"}
        session.current().queue.move(job, MOVES[self.direction])
        return {"FINISHED"}


class TRIPOSR_OT_clear_finished(bpy.types.Operator):
    """Take every job that is over off the list. Objects stay"""

    bl_idname = "triposr.clear_finished"
    bl_label = "Clear Finished"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where something is over."""
        return _something_is_over(cls)

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Forget them."""
        queue = session.current().queue
        for view in queue.settled():
            queue.clear(view.id)
        return {"FINISHED"}


class TRIPOSR_OT_turn_queue_page(bpy.types.Operator):
    """Show more of the queue"""

    bl_idname = "triposr.turn_queue_page"
    bl_label = "Turn Page"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        by: int
    else:
        by: IntProperty(name="By", description="Pages forward, or back", default=1, options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """The panel keeps it within the queue."""
        session.current().queue_page += self.by
        return {"FINISHED"}


def _jobs(states: Iterable[JobState]) -> list[str]:
    return [view.id for view in session.current().queue.views() if view.state in states]


def _there_is(kind: type, states: Iterable[JobState], otherwise: str) -> bool:
    if not _jobs(states):
        kind.poll_message_set(told(otherwise))  # type: ignore[attr-defined]  # an operator's
        return False
    return True


def _something_is_over(kind: type) -> bool:
    if not session.current().queue.settled():
        kind.poll_message_set(told("No job is over yet"))  # type: ignore[attr-defined]  # an operator's
        return False
    return True


def _is_there(operator: bpy.types.Operator, job: str) -> bool:
    if job in {view.id for view in session.current().queue.views()}:
        return True
    operator.report({"ERROR"}, "This job is not in the queue any more.")
    return False
