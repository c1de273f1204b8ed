# SPDX-License-Identifier: GPL-3.0-or-later
"""When the worker gives its memory back by itself: after idle minutes, and for a render.

A render that starts is never made to wait: the worker is told to unload, and nobody listens for its answer. A job that
is under way is finished, since its work would be lost; the next ones begin when the render is over.
"""

from __future__ import annotations

import threading
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import session
from .redraw import redraw_panels
from .renders import renders
from .unforeseen import forgiving_timer

BEAT_SECONDS = 2.0
"""Idle time is counted in minutes, and a render that begins on another thread waits so long for its memory at most."""


@persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def render_begins(*_ignored: Any) -> None:
    """Called by Blender, on the render's own thread where there is a window: there it only leaves word."""
    running = session.current_or_none()
    if running is None or not running.preferences().unload_for_render:
        return
    running.let_jobs_wait(True)
    memory = running.memory_or_none()
    if memory is None:
        return
    if threading.current_thread() is threading.main_thread():
        memory.unload()
    else:
        memory.unload_at_next_tick()


@persistent  # type: ignore[untyped-decorator]  # as above
def render_is_over(*_ignored: Any) -> None:
    """Called by Blender when the render is finished or was cancelled, on that thread too."""
    running = session.current_or_none()
    if running is not None:
        running.let_jobs_wait(False)


@forgiving_timer(BEAT_SECONDS)
def beat() -> float:
    """A timer's function, on the main thread: what the render left word of, idle time, and news of the worker."""
    running = session.current_or_none()
    memory = running.memory_or_none() if running is not None else None
    if running is None or memory is None:
        return BEAT_SECONDS
    before = memory.held()
    if memory.paused and not renders():
        running.let_jobs_wait(False)  # the render's last word is missing, and must not stop the queue for ever
    memory.idle_limit_seconds = running.preferences().idle_minutes * 60.0
    running.tick()
    if memory.held() != before:
        redraw_panels(bpy.context)
    return BEAT_SECONDS


def add() -> None:
    """Called by register()."""
    bpy.app.handlers.render_init.append(render_begins)
    bpy.app.handlers.render_complete.append(render_is_over)
    bpy.app.handlers.render_cancel.append(render_is_over)
    if not bpy.app.background:
        bpy.app.timers.register(beat, first_interval=BEAT_SECONDS, persistent=True)


def remove() -> None:
    """Called by unregister(). Blender must not leave with our timer registered."""
    bpy.app.handlers.render_init.remove(render_begins)
    bpy.app.handlers.render_complete.remove(render_is_over)
    bpy.app.handlers.render_cancel.remove(render_is_over)
    if bpy.app.timers.is_registered(beat):
        bpy.app.timers.unregister(beat)
