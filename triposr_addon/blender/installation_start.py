# SPDX-License-Identifier: GPL-3.0-or-later
"""What the installation does by itself: it finds the data folder again, and makes a plan where nothing is installed."""

from __future__ import annotations

import bpy

from . import data_folder, installation_follow, installation_orders, session
from .installing import upgrade

FIRST_LOOK_SECONDS = 1.0
"""Blender's window comes first."""


def add() -> None:
    """Called by register()."""
    preferences = session.current().preferences()
    if not preferences.data_folder and (folder := data_folder.remembered()):
        preferences.data_folder = folder
    if not bpy.app.background:
        bpy.app.timers.register(look_first, first_interval=FIRST_LOOK_SECONDS, persistent=True)


def remove() -> None:
    """Called by unregister(). Blender must not leave with our timers registered."""
    installation_follow.stop()
    if bpy.app.timers.is_registered(look_first):
        bpy.app.timers.unregister(look_first)


def look_first() -> None:
    """A timer's function: the first card needs a plan to show, and an upgrade a look at what is there."""
    running = session.current_or_none()
    if running is None:
        return
    if running.storage().worker_python_or_none() is None or upgrade.wants_look(running):
        installation_orders.ask_plan(running)
