# SPDX-License-Identifier: GPL-3.0-or-later
"""The one modal operator that is there while a job waits or runs. It asks the session how things stand, and hands over.

Modal rather than a plain timer, because a modal operator knows whether the artist's hands are busy, and hears ESC.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import bpy

from ..host.jobs import JobState, JobView
from . import session
from .handover import hand_over
from .redraw import redraw_panels as redraw_panels
from .redraw import redraw_views
from .redraw_pace import RedrawPace
from .renders import renders
from .session import Session
from .unforeseen import MOST_IN_A_ROW, survives

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

TICK_SECONDS = 0.02
"""An answer lies there half of that on average, and a job has two. A tick takes a hundredth of it."""
REDRAW_SECONDS = 0.2
"""The panel is drawn at most five times a second: drawing is what would make Blender feel slow."""

LONGEST_COURTESY_SECONDS = 30.0
"""A finished object waits that long for the end of what the artist is doing; a newer listener may never end."""


class TRIPOSR_OT_watch(bpy.types.Operator):
    """Follow the queue of meshes that are being made, and bring in what is done"""

    bl_idname = "triposr.watch"
    bl_label = "Follow the Queue"
    # Not UNDO: each object is an undo step of its own, which Blender refuses within an operator that will be one.
    bl_options = {"INTERNAL"}

    _timer: bpy.types.Timer | None = None
    _drawn_at = 0.0
    _waiting_since = math.inf
    _listeners: frozenset[int] = frozenset()
    _looks: tuple[tuple[str, int], ...] = ()
    _faults = 0
    _pace: RedrawPace

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Become modal in this window."""
        session.current().tick()  # the worker begins now, not at the timer's first beat
        self._pace = RedrawPace()
        self._timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        redraw_panels(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Called for every event of the window; all but an ESC that stops a job go on to whom they were meant for."""
        running = session.current_or_none()
        if running is None or not running.queue.busy():
            return self._leave(context)
        if event.type == "ESC" and event.value == "PRESS" and cancel_current(running):
            return {"RUNNING_MODAL"}
        if event.type == "TIMER":
            self._follow(context, running)
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator, not the artist: its window was closed or another file opened. The jobs go on."""
        self._stop_timer(context)
        running = session.current_or_none()
        if running is not None and running.queue.busy():
            watch_soon()

    def _follow(self, context: bpy.types.Context, running: Session) -> None:
        self._tick(running)
        self._pace.beat()
        for view in running.queue.ripe():
            if view.state is not JobState.DONE:
                self._hand_over(context, running, view.id)
        # One at a time: between two objects Blender draws, and the artist may take hold of something.
        arrived = next(iter(running.queue.ripe()), None)
        if arrived is not None and self._may_arrive(context):
            self._hand_over(context, running, arrived.id)
        if time.monotonic() - self._drawn_at >= REDRAW_SECONDS:
            self._drawn_at = time.monotonic()
            if not self._redraw_ghosts(context, running):  # not both at once: the window would stand for both
                redraw_panels(context)

    def _tick(self, running: Session) -> None:
        """What breaks at every tick would never end: then the worker is stopped, and what waits is told as failed."""
        self._faults = 0 if survives(running.tick) else self._faults + 1
        if self._faults >= MOST_IN_A_ROW:
            self._faults = 0
            running.stop_worker()

    def _hand_over(self, context: bpy.types.Context, running: Session, job: str) -> None:
        """A job that can't even be told of must not hold up those behind it."""
        if not survives(lambda: hand_over(self, context, running, job)) and running.queue.is_ripe(job):
            running.queue.settle(job, "", running.failure)

    def _may_arrive(self, context: bpy.types.Context) -> bool:
        """Whether an object may come now: not while the artist is in the middle of something, say of moving another.

        It would change the selection under their hands, and its undo step would hold half of their movement. An
        operator that stays for longer than our courtesy is some extension's listener: it is never waited for again.
        Nor while Blender renders or bakes, which reads the scene on a thread of its own.
        """
        if renders():
            return False
        newer = self._newer_operators(context)
        self._listeners &= newer  # an address may serve again, for something else
        if newer == self._listeners:
            self._waiting_since = math.inf
            return True
        self._waiting_since = min(self._waiting_since, time.monotonic())
        if time.monotonic() - self._waiting_since <= LONGEST_COURTESY_SECONDS:
            return False
        self._listeners = newer
        return True

    def _newer_operators(self, context: bpy.types.Context) -> frozenset[int]:
        """Those that became modal after this one, by address; Blender lists the newest first."""
        newer: set[int] = set()
        for operator in context.window.modal_operators:
            if operator.bl_idname == type(self).__name__:
                break
            newer.add(operator.as_pointer())
        return frozenset(newer)

    def _leave(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        self._stop_timer(context)
        redraw_panels(context)
        redraw_views(context)
        return {"FINISHED", "PASS_THROUGH"}

    def _redraw_ghosts(self, context: bpy.types.Context, running: Session) -> bool:
        """Whole views, when a ghost comes, goes, or is visibly further, and drawing them costs little of the time."""
        looks = running.queue.looks()
        if looks == self._looks or not self._pace.allows():
            return False
        self._looks = looks
        self._pace.asked()
        redraw_views(context)
        return True

    def _stop_timer(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None


def watch(context: bpy.types.Context) -> None:
    """Have the queue followed, if nobody does yet. Not in background mode, where no timer ever ticks."""
    if context.window is None:
        watch_soon()
    elif not is_watched(context):
        bpy.ops.triposr.watch("INVOKE_DEFAULT")  # type: ignore[attr-defined]
    redraw_panels(context)


def is_watched(context: bpy.types.Context) -> bool:
    """Whether the modal operator is there, in whichever window."""
    windows = context.window_manager.windows
    return any(
        operator.bl_idname == TRIPOSR_OT_watch.__name__ for window in windows for operator in window.modal_operators
    )


def watch_soon() -> None:
    """Follow the queue as soon as there is a window."""
    if not bpy.app.timers.is_registered(watch_again):
        bpy.app.timers.register(watch_again, first_interval=TICK_SECONDS, persistent=True)


def unwatch() -> None:
    """Before the extension is switched off: Blender must not leave with our timer registered."""
    if bpy.app.timers.is_registered(watch_again):
        bpy.app.timers.unregister(watch_again)


def watch_again() -> None:
    """A timer's function: follow the queue from the first window there is."""
    windows = bpy.context.window_manager.windows
    if session.current().queue.busy() and windows:
        with bpy.context.temp_override(window=windows[0]):
            watch(bpy.context)


def cancel_current(running: Session) -> bool:
    """Stop the job under way; answers whether there is one."""
    view: JobView | None = running.queue.current_or_none()
    if view is None:
        return False
    running.queue.cancel(view.id)
    return True
