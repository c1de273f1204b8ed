# SPDX-License-Identifier: GPL-3.0-or-later
"""Hearing the installer out while Blender goes on, by a timer that goes when all is heard."""

from __future__ import annotations

import time

import bpy

from . import session
from .redraw import redraw_panels, redraw_preferences
from .unforeseen import forgiving_timer

TICK_SECONDS = 0.1
REDRAW_SECONDS = 0.4

_drawn_at = 0.0


def follow() -> None:
    """Listen, if nobody does yet."""
    if not bpy.app.timers.is_registered(beat):
        bpy.app.timers.register(beat, first_interval=TICK_SECONDS, persistent=True)


@forgiving_timer(TICK_SECONDS)
def beat() -> float | None:
    """A timer's function."""
    global _drawn_at  # a timer has no place of its own
    running = session.current_or_none()
    if running is None:
        return None
    changed = running.installation.tick()
    if changed or time.monotonic() - _drawn_at > REDRAW_SECONDS:
        _drawn_at = time.monotonic()
        redraw_panels(bpy.context)
        redraw_preferences(bpy.context)
    return TICK_SECONDS if running.installation.busy else None


def stop() -> None:
    """Blender must not leave with our timer registered."""
    if bpy.app.timers.is_registered(beat):
        bpy.app.timers.unregister(beat)
