# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender tells us by itself about previews: a file is saved or opened, a step is undone; and Escape.

No file says that a preview is shown: a saved one has the meshes themselves. Undo goes between real meshes.
"""

from __future__ import annotations

import threading
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import living_follow, living_preview, living_readiness, session
from .living_questions import drop_preview

_hidden: list[str] = []
"""Names of the previews that are out of sight while a file is written."""
_hidden_for_render: list[str] = []
"""And while a render of a script's goes on."""
_keys: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def add() -> None:
    """Called by register()."""
    for when, what in _handlers():
        when.append(what)
    configuration = bpy.context.window_manager.keyconfigs.addon
    if configuration is not None:  # there is none in background mode
        keymap = configuration.keymaps.new(name="Window", space_type="EMPTY")
        _keys.append((keymap, keymap.keymap_items.new("triposr.leave_preview", "ESC", "PRESS")))


def remove() -> None:
    """Called by unregister(). Blender must not leave with our timer registered, nor with a preview on the screen."""
    for keymap, item in _keys:
        keymap.keymap_items.remove(item)
    _keys.clear()
    for when, what in _handlers():
        when.remove(what)
    living_readiness.stop()
    if bpy.app.timers.is_registered(living_follow.beat):
        bpy.app.timers.unregister(living_follow.beat)
    living_preview.put_all_back()


def _handlers() -> tuple[tuple[list[Any], Any], ...]:
    handlers = bpy.app.handlers
    return (
        (handlers.save_pre, _hide),
        (handlers.save_post, _show_again),
        (handlers.save_post_fail, _show_again),
        (handlers.render_init, _hide_for_render),
        (handlers.render_complete, _show_after_render),
        (handlers.render_cancel, _show_after_render),
        (handlers.undo_post, _put_back),
        (handlers.redo_post, _put_back),
        (handlers.load_post, _forget),
    )


@persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def _hide(*_: object) -> None:
    _hidden[:] = [preview.name for preview in living_preview.hide()]


@persistent  # type: ignore[untyped-decorator]  # as above
def _show_again(*_: object) -> None:
    living_preview.show_again([bpy.data.meshes[name] for name in _hidden if name in bpy.data.meshes])
    _hidden.clear()


@persistent  # type: ignore[untyped-decorator]  # as above
def _hide_for_render(*_: object) -> None:
    """Where Blender renders on a thread of its own, nothing may be exchanged: that render shows what is seen."""
    if threading.current_thread() is threading.main_thread():
        _hidden_for_render[:] = [preview.name for preview in living_preview.hide()]


@persistent  # type: ignore[untyped-decorator]  # as above
def _show_after_render(*_: object) -> None:
    if threading.current_thread() is threading.main_thread():
        living_preview.show_again([bpy.data.meshes[name] for name in _hidden_for_render if name in bpy.data.meshes])
        _hidden_for_render.clear()


@persistent  # type: ignore[untyped-decorator]  # as above
def _put_back(*_: object) -> None:
    """What an undo step or a file brought is no preview of now; and the sliders show what the meshes were made with."""
    living_preview.put_all_back()
    running = session.current_or_none()
    if running is not None:
        running.shaping.forget_all_wishes()
        drop_preview(running)


@persistent  # type: ignore[untyped-decorator]  # as above
def _forget(*_: object) -> None:
    """Another file: nobody waits any more for what was ordered for the one before."""
    running = session.current_or_none()
    for order in list(running.shaping.orders.values()) if running is not None else ():
        living_follow.cancel(session.current(), order)
    _put_back()
