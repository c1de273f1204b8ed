# SPDX-License-Identifier: GPL-3.0-or-later
"""Image to Mesh: the operator, and the one that stops it.

With a window the operator is modal: a timer asks the session fifty times a second how the job stands, and nothing here
waits. Without a window no timer ever ticks, so there the operator waits for the job.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from ..host.jobs import JobState, JobView
from . import session
from .delivery import deliver
from .modifiers import waiting_modifiers
from .order import order_from_context
from .session import Session

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

TICK_SECONDS = 0.02
"""An answer lies there half of that on average, and a job has two. A tick takes a hundredth of it."""
REDRAW_SECONDS = 0.2
"""The panel is drawn at most five times a second: drawing is what would make Blender feel slow."""

LONGEST_COURTESY_SECONDS = 30.0
"""A finished object waits that long for the end of what the artist is doing; a newer listener may never end."""


class Watch(bpy.types.Operator):
    """What the two operators below are: modal until the job is over, then handing over its object."""

    _timer: bpy.types.Timer | None = None
    _drawn_at = 0.0
    _over_since = math.inf

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Called for every event of the window; all but Esc go on to whom they were meant for."""
        running = session.current_or_none()
        if running is None or not running.busy():
            self.stop_timer(context)
            return {"CANCELLED", "PASS_THROUGH"}
        if event.type == "ESC" and event.value == "PRESS":
            running.cancel()
            return {"RUNNING_MODAL"}
        if event.type == "TIMER":
            return self.follow(context, running)
        return {"PASS_THROUGH"}

    def follow(self, context: bpy.types.Context, running: Session) -> set[OperatorReturnItems]:
        """One tick."""
        running.tick()
        now = time.monotonic()
        if running.view().state.over:
            self._over_since = min(self._over_since, now)
            if not self.hands_are_busy(context) or now - self._over_since > LONGEST_COURTESY_SECONDS:
                return self.end(context, running)
        if now - self._drawn_at >= REDRAW_SECONDS:
            self._drawn_at = now
            redraw_panels(context)
        return {"PASS_THROUGH"}

    def end(self, context: bpy.types.Context, running: Session) -> set[OperatorReturnItems]:
        """Hand over what came of the job."""
        self.stop_timer(context)
        outcome = close_job(self, context, running)
        redraw_panels(context)
        return outcome

    def hands_are_busy(self, context: bpy.types.Context) -> bool:
        """Whether the artist is in the middle of something, say of moving an object: a newer operator is modal.

        An object that arrived now would change the selection under their hands, and its undo step would hold half of
        their movement. Operators that were modal before this one, such as other extensions' listeners, don't count.
        """
        newest_first = [operator.bl_idname for operator in context.window.modal_operators]
        return newest_first[0] != type(self).__name__ if newest_first else False

    def watch(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Become modal."""
        session.current().tick()  # the worker begins now, not at the timer's first beat
        self._timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        redraw_panels(context)
        return {"RUNNING_MODAL"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator, not the artist: its window was closed or another file opened. The job goes on."""
        self.stop_timer(context)
        running = session.current_or_none()
        if running is not None and running.busy() and not bpy.app.timers.is_registered(watch_again):
            bpy.app.timers.register(watch_again, first_interval=TICK_SECONDS, persistent=True)

    def stop_timer(self, context: bpy.types.Context) -> None:
        """Give the timer back."""
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None


class TRIPOSR_OT_generate(Watch):
    """Turn the picture into a coloured mesh that stands at the 3D cursor"""

    bl_idname = "triposr.generate"
    bl_label = "Image to Mesh"
    # Not REGISTER: the redo panel would run the whole job again at each touch of a slider.
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One job at a time."""
        if session.current().busy():
            cls.poll_message_set("A mesh is being made")
            return False
        return True

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: start, and come back at once."""
        if not start_job(self, context):
            return {"CANCELLED"}
        return self.watch(context)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script or without a window: come back when the object is there."""
        if not start_job(self, context):
            return {"CANCELLED"}
        running = session.current()
        running.run_to_end(on_progress=lambda _view: None)
        return close_job(self, context, running)


class TRIPOSR_OT_watch(Watch):
    """Follow a job whose window was closed or whose file was left"""

    bl_idname = "triposr.watch"
    bl_label = "Image to Mesh"
    bl_options = {"UNDO", "INTERNAL"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Become modal in this window."""
        return self.watch(context)


class TRIPOSR_OT_cancel(bpy.types.Operator):
    """Stop making the mesh"""

    bl_idname = "triposr.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while there is something to stop."""
        return session.current().busy()

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask; the modal operator sees the end of it."""
        session.current().cancel()
        return {"FINISHED"}


def start_job(operator: bpy.types.Operator, context: bpy.types.Context) -> bool:
    """Whether a job was started; if not, the artist was told why."""
    running = session.current()
    try:
        running.start(order_from_context(context))
    except HostFailure as failure:
        tell_failure(operator, running, failure)
        return False
    return True


def close_job(operator: bpy.types.Operator, context: bpy.types.Context, running: Session) -> set[OperatorReturnItems]:
    """The job is over: its object, its failure, or nothing after Cancel. Its files are removed in any case."""
    view, order = running.view(), running.order()
    try:
        if view.failure is not None:
            raise view.failure
        if view.state is JobState.CANCELLED or view.result is None:
            operator.report({"INFO"}, "Cancelled")
            return {"CANCELLED"}
        new = deliver(context, order, view.result)
        tell_success(operator, running, new, view)
        return {"FINISHED"}
    except HostFailure as failure:
        tell_failure(operator, running, failure)
        return {"CANCELLED"}
    finally:
        running.finish()


def tell_failure(operator: bpy.types.Operator, running: Session, failure: HostFailure) -> None:
    """In the panel until the next job, in the status bar, and as RuntimeError for a script."""
    running.failure = failure
    operator.report({"ERROR"}, failure.sentence)


def tell_success(operator: bpy.types.Operator, running: Session, new: bpy.types.Object, view: JobView) -> None:
    """One line in the panel and in the status bar; the worker's warnings too."""
    triangles = view.result.triangles if view.result else 0
    running.notice = f"{triangles:,} triangles in {view.seconds:.1f} s" + waiting_modifiers(new)
    operator.report({"INFO"}, f"{new.name}: {running.notice}")
    for warning in view.result.warnings if view.result else ():
        operator.report({"WARNING"}, warning)


def redraw_panels(context: bpy.types.Context) -> None:
    """Only the sidebars: drawing the whole 3D view is what costs."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions if area.type == "VIEW_3D" else ():
                if region.type == "UI":
                    region.tag_redraw()


def watch_again() -> None:
    """A timer's function: follow the job from the first window there is."""
    windows = bpy.context.window_manager.windows
    if session.current().busy() and windows:
        with bpy.context.temp_override(window=windows[0]):
            bpy.ops.triposr.watch("INVOKE_DEFAULT")  # type: ignore[attr-defined]
