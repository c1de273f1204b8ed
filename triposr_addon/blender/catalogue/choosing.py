# SPDX-License-Identifier: GPL-3.0-or-later
"""Buttons of the list: ticks, pages, a row's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ...host.failures import HostFailure
from .. import session
from ..handover import tell_failure
from ..redraw import redraw_panels
from ..words import told
from .browser import Browser
from .failures import ItemUnknown
from .settings import active_number, catalogue_settings_of, fill_page, refresh

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

WHICH = (
    ("SHOWN", "All Shown", "Tick every picture that the list shows, on whatever page"),
    ("NONE", "None", "Take all ticks away"),
    ("INVERT", "Inverted", "Tick what is not ticked, of what the list shows, and the other way round"),
    ("IDS", "By Id", "Tick those that `ids` names"),
)


class OfALibrary:
    """An operator on the open library."""

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where one is open."""
        running = session.current_or_none()
        there = running is not None and running.catalogue.browser is not None
        if not there:
            cls.poll_message_set(told("Open a library first"))  # type: ignore[attr-defined]  # an operator's
        return there


class TRIPOSR_OT_choose_in_catalogue(OfALibrary, bpy.types.Operator):
    """Tick the boxes of pictures in the library"""

    bl_idname = "triposr.choose_in_catalogue"
    bl_label = "Choose Pictures"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        which: str
        ids: str
    else:
        which: EnumProperty(name="Which", description="Which boxes are ticked", items=WHICH, default="SHOWN")
        ids: StringProperty(
            name="Ids", description="For scripts: the ids of pictures, a line each", options={"SKIP_SAVE"}
        )

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """The list shows it."""
        running = session.current()
        browser = open_browser(running)
        match self.which:
            case "SHOWN":
                browser.choose_shown()
            case "INVERT":
                browser.invert_shown()
            case "NONE":
                browser.choose(browser.chosen(), False)
            case _:
                try:
                    browser.choose(named_numbers(browser, self.ids))
                except HostFailure as failure:
                    tell_failure(self, running, failure)
                    return {"CANCELLED"}
        if catalogue_settings_of(context).show == "CHOSEN":
            refresh(catalogue_settings_of(context))
        self.report({"INFO"}, told("{count:,} chosen", count=browser.count_chosen))
        redraw_panels(context)
        return {"FINISHED"}


class TRIPOSR_OT_turn_catalogue_page(OfALibrary, bpy.types.Operator):
    """Show another page of the library"""

    bl_idname = "triposr.turn_catalogue_page"
    bl_label = "Turn Page"
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        by: int
    else:
        by: IntProperty(name="By", description="Number of pages, backwards below 0", default=1)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Or as far as there are pages."""
        browser = open_browser(session.current())
        browser.turn_to(browser.page + self.by)
        fill_page(catalogue_settings_of(context))
        redraw_panels(context)
        return {"FINISHED"}


class TRIPOSR_OT_show_catalogue_item(OfALibrary, bpy.types.Operator):
    """Show the folder with the files of the picture that is clicked: mesh, field, thumbnail, record"""

    bl_idname = "triposr.show_catalogue_item"
    bl_label = "Show Folder"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """In the system's own file browser; the library's folder where nothing is clicked or was made."""
        running = session.current()
        library, number = open_browser(running).library, active_number(catalogue_settings_of(context))
        try:
            folder = library.folder / (library.record(number).folder if number is not None else "")
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return {"CANCELLED"}
        folder = folder if folder.is_dir() else library.folder
        self.report({"INFO"}, str(folder))
        if not bpy.app.background:
            bpy.ops.wm.path_open(filepath=str(folder))
        return {"FINISHED"}


def open_browser(running: session.Session) -> Browser:
    """For an operator whose poll saw it."""
    browser = running.catalogue.browser
    assert browser is not None, "poll() saw it"
    return browser


def named_numbers(browser: Browser, ids: str) -> list[int]:
    """The rows of ids, a line each. Raises ItemUnknown."""
    wanted = [line.strip() for line in ids.splitlines() if line.strip()]
    found = browser.numbers_of(wanted)
    unknown = next((name for name in wanted if name not in found), None)
    if unknown is not None:
        raise ItemUnknown(unknown)
    return list(found.values())
