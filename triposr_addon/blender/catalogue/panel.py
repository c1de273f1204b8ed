# SPDX-License-Identifier: GPL-3.0-or-later
"""Picture Library in the sidebar: which one, what of it is shown, the list, and what is known of one picture."""

from __future__ import annotations

import bpy

from ...catalogue_file import Record
from .. import session
from ..paths import shown
from ..sidebar import InSidebar, draw_lines
from ..words import ui
from .browser import Browser
from .desk import Desk
from .row_list import draw_tiles, icon_of, state_icon
from .settings import TRIPOSR_PG_catalogue, active_number, catalogue_settings_of

ROWS, MOST_ROWS = 5, 10
DETAILS_SCALE = 8.0
BUTTON_SCALE = 1.4
LISTED_REFUSALS = 8


class TRIPOSR_PT_catalogue(InSidebar, bpy.types.Panel):
    """A library that a batch has made of pictures."""

    bl_idname = "TRIPOSR_PT_catalogue"
    bl_label = "Picture Library"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Nothing but buttons until one is open."""
        layout, running = self.layout, session.current()
        assert layout is not None
        desk = running.catalogue
        if desk.opening is not None:
            row = layout.row(align=True)
            row.progress(factor=desk.opening.fraction, type="BAR", text=ui("Read the catalogue"))
            row.operator("triposr.close_catalogue", text="", icon="X")
        if running.failure is not None:
            box = layout.box()
            draw_lines(box, context, running.failure.sentence, "ERROR")
            box.operator("triposr.dismiss_failure", icon="X")
        if desk.browser is None:
            _draw_openers(layout, running)
            return
        settings = catalogue_settings_of(context)
        _draw_head(layout, desk.browser)
        _draw_filters(layout, settings)
        _draw_actions(layout, context, desk)
        _draw_choice(layout, desk.browser)
        if settings.display == "TILES":
            draw_tiles(layout, settings, desk)
        else:
            name = "TRIPOSR_UL_catalogue"
            layout.template_list(name, "", settings, "rows", settings, "active", rows=ROWS, maxrows=MOST_ROWS)
        _draw_pages(layout, settings, desk.browser)


class TRIPOSR_PT_catalogue_item(InSidebar, bpy.types.Panel):
    """What is known of the row that was clicked."""

    bl_idname = "TRIPOSR_PT_catalogue_item"
    bl_parent_id = "TRIPOSR_PT_catalogue"
    bl_label = "Picture"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where one was clicked."""
        running = session.current_or_none()
        return running is not None and running.catalogue.browser is not None and running.catalogue.details is not None

    def draw(self, context: bpy.types.Context) -> None:
        """The picture, the figures, what failed."""
        layout, desk = self.layout, session.current().catalogue
        assert layout is not None
        details, browser = desk.details, desk.browser
        assert details is not None, "as poll says"
        assert browser is not None
        row = browser.library.rows[details.number]
        layout.template_icon(icon_of(desk, row), scale=DETAILS_SCALE)
        if details.failure is not None:
            draw_lines(layout, context, details.failure.sentence, "ERROR")
        if details.record is not None:
            layout.label(text=shown(row.id), icon=state_icon(row), translate=False)
            _draw_record(layout, context, details.record)
        layout.operator("triposr.show_catalogue_item", icon="FILE_FOLDER")


def _draw_openers(layout: bpy.types.UILayout, running: session.Session) -> None:
    row = layout.row()
    row.scale_y = BUTTON_SCALE
    row.operator("triposr.open_catalogue", icon="ASSET_MANAGER")
    before = running.catalogue.recent_in(running.storage())
    if before:
        column = layout.column(align=True, heading="Opened Lately")
        for path in before:
            name = shown(path.parent.name or str(path))
            button = column.operator("triposr.open_catalogue", text=name, icon="FILE_FOLDER", translate=False)
            button.filepath = shown(str(path))


def _draw_head(layout: bpy.types.UILayout, browser: Browser) -> None:
    row = layout.row(align=True)
    row.label(text=shown(browser.library.name), icon="ASSET_MANAGER", translate=False)
    again = row.operator("triposr.open_catalogue", text="", icon="FILE_REFRESH")
    again.filepath = shown(str(browser.library.path))
    row.operator("triposr.open_catalogue", text="", icon="FILE_FOLDER")
    row.operator("triposr.close_catalogue", text="", icon="X")


def _draw_filters(layout: bpy.types.UILayout, settings: TRIPOSR_PG_catalogue) -> None:
    column = layout.column(align=True)
    column.prop(settings, "search", text="", icon="VIEWZOOM")
    row = column.row(align=True)
    row.prop(settings, "show", text="")
    row.prop(settings, "sort_by", text="")
    row.prop(settings, "descending", text="", icon="SORT_DESC" if settings.descending else "SORT_ASC")
    row = column.row(align=True)
    row.prop(settings, "least_score", slider=True)
    row.prop(settings, "display", text="", expand=True, icon_only=True)


def _draw_pages(layout: bpy.types.UILayout, settings: TRIPOSR_PG_catalogue, browser: Browser) -> None:
    row = layout.row(align=True)
    back = row.row(align=True)
    back.enabled = browser.page > 0
    back.operator("triposr.turn_catalogue_page", text="", icon="TRIA_LEFT").by = -1
    row.prop(settings, "page", text=ui("Page of {pages:,}", pages=browser.pages))
    on = row.row(align=True)
    on.enabled = browser.page + 1 < browser.pages
    on.operator("triposr.turn_catalogue_page", text="", icon="TRIA_RIGHT").by = 1


def _draw_choice(layout: bpy.types.UILayout, browser: Browser) -> None:
    row = layout.row(align=True)
    row.label(text=ui("{shown:,} shown, {chosen:,} chosen", shown=len(browser.shown), chosen=browser.count_chosen))
    row.operator("triposr.choose_in_catalogue", text="", icon="CHECKBOX_HLT").which = "SHOWN"
    row.operator("triposr.choose_in_catalogue", text="", icon="CHECKBOX_DEHLT").which = "NONE"
    row.operator("triposr.choose_in_catalogue", text="", icon="ARROW_LEFTRIGHT").which = "INVERT"


def _draw_actions(layout: bpy.types.UILayout, context: bpy.types.Context, desk: Desk) -> None:
    """What was done last, where nothing is being done now."""
    if desk.progress is not None:
        done = f"{desk.progress.fraction:.0%}"
        layout.progress(factor=desk.progress.fraction, type="BAR", text=f"{desk.progress.step}  {done}")
        return
    _draw_takers(layout.column(), context, desk.browser)
    if desk.notice:
        draw_lines(layout, context, desk.notice, "CHECKMARK")
    if desk.refusals:
        box = layout.box()
        for item, sentence in desk.refusals[:LISTED_REFUSALS]:
            draw_lines(box, context, f"{shown(item)}: {ui(sentence)}", "ERROR")
        if len(desk.refusals) > LISTED_REFUSALS:
            box.label(text=ui("and {count} more", count=len(desk.refusals) - LISTED_REFUSALS), icon="BLANK1")


def _draw_takers(layout: bpy.types.UILayout, context: bpy.types.Context, browser: Browser | None) -> None:
    """Greyed out where nothing is chosen; their polls can't do it: a script may name ids."""
    chosen = browser is not None and browser.count_chosen
    if not chosen and active_number(catalogue_settings_of(context)) is None:
        layout.label(text="Choose pictures in the list first", icon="INFO")
        layout = layout.column()
        layout.enabled = False
    row = layout.row(align=True)
    row.scale_y = BUTTON_SCALE
    row.operator("triposr.import_from_catalogue", icon="IMPORT")
    row.operator("triposr.link_from_catalogue", icon="LINKED")
    layout.operator("triposr.shelve_from_catalogue", icon="ASSET_MANAGER")


def _draw_record(layout: bpy.types.UILayout, context: bpy.types.Context, record: Record) -> None:
    if record.sentence:
        draw_lines(layout, context, f"{record.sentence} [{record.code}]", "CANCEL")
    for warning in record.warnings:
        draw_lines(layout, context, warning, "ERROR")
    column = layout.column(align=True)
    for text in _facts(record):
        column.label(text=shown(text), translate=False)


def _facts(record: Record) -> list[str]:
    facts = [ui("Photo: {path}", path=record.picture)]
    if record.overlap is not None:
        facts.append(ui("Covers the photo's subject: {share:.0%}", share=record.overlap))
    if record.triangles:
        facts.append(ui("{triangles:,} triangles, {parts} parts", triangles=record.triangles, parts=record.parts))
        facts.append(ui("Watertight") if record.closed else ui("Not watertight"))
    if record.seconds:
        facts.append(ui("{seconds:.1f} s on {device}", seconds=sum(record.seconds.values()), device=record.device))
    if record.model:
        facts.append(ui("Model: {name}", name=record.model))
    return facts
