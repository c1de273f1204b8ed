# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a library: a thread reads its catalogue, a timer looks how far that is; without a window it is waited for."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.app.handlers import persistent
from bpy.props import StringProperty

from ...catalogue_file import CATALOGUE_NAME
from ...host.failures import HostFailure
from .. import session
from ..handover import tell_failure
from ..paths import absolute
from ..redraw import redraw_panels
from ..redraw_pace import RedrawPace
from ..session import Session
from ..unforeseen import forgiving_timer
from ..words import told
from .failures import CatalogueMissing
from .library import catalogue_in
from .reader import LONGEST_WAIT_SECONDS
from .settings import catalogue_settings_of, refresh

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

BEAT_SECONDS = 0.05
AT_ONCE_SECONDS = 0.1
"""A short catalogue, and a wrong file, are there before anyone sees a bar."""


class TRIPOSR_OT_open_catalogue(bpy.types.Operator):
    """Look through a library that a batch has made of pictures: choose its catalogue.jsonl, or its folder"""

    bl_idname = "triposr.open_catalogue"
    bl_label = "Open Library"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        filepath: str
        filter_glob: str
    else:
        filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
        filter_glob: StringProperty(default="*.jsonl", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Open the browser beside the latest library; what was dropped, or opened before, is opened at once."""
        if self.filepath:
            return self.execute(context)
        running = session.current()
        latest = next(iter(running.catalogue.recent_in(running.storage())), None)
        self.filepath = str(latest or "")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """With a window come back soon; without one, when it is read."""
        running = session.current()
        running.failure, running.notice = None, ""
        opening = running.catalogue.open(catalogue_in(absolute(self.filepath)))
        here = opening.wait(LONGEST_WAIT_SECONDS if bpy.app.background else AT_ONCE_SECONDS)
        if not here and not bpy.app.background:
            _follow()
            return {"FINISHED"}
        try:
            if not running.catalogue.take_in():
                running.catalogue.stop_opening()
                raise CatalogueMissing(opening.path, TimeoutError(errno.ETIMEDOUT, "it takes too long"))
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        _arrived(context, running)
        self.report({"INFO"}, running.catalogue.notice)
        return {"FINISHED"}


class TRIPOSR_OT_close_catalogue(bpy.types.Operator):
    """Close the library, and leave one that is being opened. Files and objects stay as they are"""

    bl_idname = "triposr.close_catalogue"
    bl_label = "Close Library"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where there is one."""
        running = session.current_or_none()
        there = running is not None and (running.catalogue.browser or running.catalogue.opening) is not None
        if not there:
            cls.poll_message_set(told("No library is open"))
        return there

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Where one is being opened, only that is left."""
        desk = session.current().catalogue
        if desk.opening is not None:
            desk.stop_opening()
        else:
            desk.close_library()
        refresh(catalogue_settings_of(context))
        redraw_panels(context)
        return {"FINISHED"}


class TRIPOSR_FH_catalogue(bpy.types.FileHandler):
    """What Blender offers for a catalogue that is dropped."""

    bl_idname = "TRIPOSR_FH_catalogue"
    bl_label = "Open Library"
    bl_import_operator = "triposr.open_catalogue"
    bl_file_extensions = Path(CATALOGUE_NAME).suffix

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        """Onto a 3D View."""
        return context.area is not None and context.area.type == "VIEW_3D"


def _follow() -> None:
    if not bpy.app.timers.is_registered(_beat):
        bpy.app.timers.register(_beat, first_interval=BEAT_SECONDS, persistent=True)


_pace = RedrawPace()


@forgiving_timer(BEAT_SECONDS)
def _beat() -> float | None:
    """See whether it is read."""
    running = session.current_or_none()
    if running is None:
        return None
    over, before = True, running.catalogue.browser
    try:
        over = running.catalogue.take_in()
    except HostFailure as failure:
        running.failure = failure
    if running.catalogue.browser is not before:
        _arrived(bpy.context, running)
    _pace.beat()
    if over or _pace.allows():
        redraw_panels(bpy.context)
        _pace.asked()
    return None if over else BEAT_SECONDS


def _arrived(context: bpy.types.Context, running: Session) -> None:
    """The library is read: show its first page."""
    browser = running.catalogue.browser
    assert browser is not None, "it was just read"
    settings = catalogue_settings_of(context)
    if settings.search:
        settings.search = ""  # which fills the page, too
    else:
        refresh(settings)
    count, passed_over = len(browser.library.rows), browser.library.passed_over
    notice = told("{count:,} pictures in {name}", count=count, name=browser.library.name)
    if passed_over:
        notice = told(
            "{count:,} pictures in {name}; {others} lines are no records",
            count=count,
            name=browser.library.name,
            others=passed_over,
        )
    running.catalogue.notice = notice
    try:
        running.catalogue.remember(running.storage(), browser.library.path)
    except OSError as error:  # the library is open all the same
        running.storage().worker_log.note(f"the library could not be remembered: {error}")


@persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def show_in_new_windows(*_: object) -> None:
    """Another .blend was opened, whose windows know nothing of the page."""
    running = session.current_or_none()
    if running is not None:
        refresh(catalogue_settings_of(bpy.context))


def add() -> None:
    """Called by register()."""
    bpy.app.handlers.load_post.append(show_in_new_windows)


def remove() -> None:
    """Called by unregister()."""
    bpy.app.handlers.load_post.remove(show_in_new_windows)
    if bpy.app.timers.is_registered(_beat):
        bpy.app.timers.unregister(_beat)
