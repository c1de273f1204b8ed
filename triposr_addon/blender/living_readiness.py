# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting the worker when a living mesh's panel is looked at: the first preview then comes without its start."""

from __future__ import annotations

import bpy

from . import session
from .session import Session

SOON_SECONDS = 0.1


def get_ready_soon(running: Session) -> None:
    """Called when the panel is drawn: once in a session, since who unloads the worker means it."""
    if running.shaping.got_ready or bpy.app.background or not running.preferences().warm_up:
        return
    running.shaping.got_ready = True
    bpy.app.timers.register(get_ready, first_interval=SOON_SECONDS)


def get_ready() -> None:
    """A timer's function: drawing is no time to start a process."""
    running = session.current_or_none()
    if running is not None and running.storage().worker_python_or_none() is not None:
        running.fitting_generator().fields.get_ready()


def stop() -> None:
    """Blender must not leave with our timer registered."""
    if bpy.app.timers.is_registered(get_ready):
        bpy.app.timers.unregister(get_ready)
