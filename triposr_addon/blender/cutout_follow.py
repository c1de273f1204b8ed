# SPDX-License-Identifier: GPL-3.0-or-later
"""Having the cut-out made whenever something it depends on changes, and shown as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..host.cut_outs import CutOutRequest, CutOutView
from ..host.failures import HostFailure
from . import session
from .cutout_settings import is_of_now, photo_settings_of
from .failures import CutOutTookTooLong
from .paths import path_or_none
from .redraw import redraw_panels
from .unforeseen import forgiving_timer

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

BEAT_SECONDS = 0.03
LONGEST_WAIT_SECONDS = 300.0
"""For a script: the largest background model takes a minute on a slow processor."""

Wish = Callable[[], None]

_when_done: list[Wish] = []
"""What is to be done once the cut-out is there; a newer wish for a cut-out forgets it."""


def show_on_change(settings: TRIPOSR_PG_settings, _context: bpy.types.Context) -> None:
    """A property's update function. Nothing without a window, where nobody looks."""
    running = session.current_or_none()
    if running is None or bpy.app.background or not running.preferences().show_cut_out:
        return
    try:
        ask(running, settings)
    except HostFailure as failure:
        running.failure = failure


def ask(running: session.Session, settings: TRIPOSR_PG_settings, to_paint: bool = False) -> bool:
    """Have the scene's picture cut out in the background; answers whether there is a picture and an environment.

    Raises MaskWithoutPixels or StorageUnwritable.
    """
    photo = path_or_none(settings.image_path)
    if photo is None or not photo.is_file() or running.storage().worker_python_or_none() is None:
        return False
    request = CutOutRequest(photo, photo_settings_of(settings, photo, running.storage()), to_paint)
    _when_done.clear()
    running.fitting_generator().cut_outs.ask(request)
    running.tick()  # begin now, not at the timer's first beat
    if not bpy.app.background and not bpy.app.timers.is_registered(beat):
        bpy.app.timers.register(beat, first_interval=BEAT_SECONDS, persistent=True)
    return True


def view_or_none(running: session.Session, photo: Path | None) -> CutOutView | None:
    """How the cut-out of `photo` stands; None where none was wished for."""
    view = running.cut_out_view()
    return view if view is not None and view.request.photo == photo else None


def is_up_to_date(view: CutOutView, settings: TRIPOSR_PG_settings) -> bool:
    """Whether the view is of the settings of now, as far as that can be told without reading the mask."""
    return is_of_now(view.request.settings, settings, view.request.photo)


def when_done(wish: Wish) -> None:
    """Do this once the cut-out that is under way is there, if it succeeds."""
    _when_done[:] = [wish]


def wait(running: session.Session) -> CutOutView:
    """For scripts: tick until the newest wish is over. Raises CutOutTookTooLong."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        view = running.cut_out_view()
        assert view is not None, "somebody has asked"
        if view.state.over:
            settle(running, view)
            return view
        if time.monotonic() > deadline:
            raise CutOutTookTooLong(LONGEST_WAIT_SECONDS)
        running.tick()
        time.sleep(BEAT_SECONDS / 3)


@forgiving_timer(BEAT_SECONDS)
def beat() -> float | None:
    """A timer's function: seconds to the next call, None when the newest wish is over."""
    running = session.current_or_none()
    view = running.cut_out_view() if running is not None else None
    if running is None or view is None:
        return None
    running.tick()
    now = running.cut_out_view()
    if now is None or not now.state.over:
        if now is None or now.state is not view.state:
            redraw_panels(bpy.context)
        return None if now is None else BEAT_SECONDS
    settle(running, now)
    redraw_panels(bpy.context)
    if now.result is not None and _when_done:
        _when_done.pop()()
    return None


def settle(running: session.Session, view: CutOutView) -> None:
    """Show what came of the newest wish. A failure leaves the picture before it: the panel says what happened."""
    if view.result is not None:
        running.cut_out.show(view.request.photo, view.result.cutout)
