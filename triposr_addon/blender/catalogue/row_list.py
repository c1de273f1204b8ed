# SPDX-License-Identifier: GPL-3.0-or-later
"""How a row of a library looks. Blender calls it for the rows in sight alone."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import bpy

from .. import session
from ..paths import shown
from ..words import ui
from .desk import Desk
from .library import UNKNOWN, Row
from .settings import TRIPOSR_PG_catalogue

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import IconItems

TILE_SCALE = 4.0
NAME_SHARE = 0.6
"""Of what is left for words; the rest is for figures."""


class TRIPOSR_UL_catalogue(bpy.types.UIList):
    """A box to tick, the picture, the name, figures."""

    bl_idname = "TRIPOSR_UL_catalogue"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: Any,
        _icon: int | None,
        _active_data: Any,
        _active_property: str | None,
        _index: int | None = 0,
        _flt_flag: int | None = 0,
    ) -> None:
        """One row."""
        desk = session.current().catalogue
        if desk.browser is None or item.number >= len(desk.browser.library.rows):
            return
        row = desk.browser.library.rows[item.number]
        line = layout.row(align=True)
        line.prop(item, "chosen", text="")
        words = line.split(factor=NAME_SHARE, align=True)
        words.label(text=name_of(row), icon_value=icon_of(desk, row), translate=False)
        figures = words.row(align=True)
        figures.alignment = "RIGHT"
        icon: IconItems = "ERROR" if row.made and row.warned else "NONE"  # what failed has a cross for its picture
        figures.label(text=figures_of(row), icon=icon, translate=False)

    def draw_filter(self, _context: bpy.types.Context, _layout: bpy.types.UILayout) -> None:
        """The panel has better ones, above the list."""

    def filter_items(self, _context: bpy.types.Context, _data: Any, _property: str) -> Any:
        """The page is filtered and sorted already."""
        return [], []


def draw_tiles(layout: bpy.types.UILayout, settings: TRIPOSR_PG_catalogue, desk: Desk) -> None:
    """The page's pictures, as many beside each other as there is room for; a click ticks one."""
    assert desk.browser is not None
    tiles = layout.grid_flow(row_major=True, columns=0, even_columns=True, even_rows=True, align=True)
    for item in settings.rows:
        row = desk.browser.library.rows[item.number]
        tile = tiles.box().column(align=True)
        tile.template_icon(icon_of(desk, row), scale=TILE_SCALE)
        tile.prop(item, "chosen", text=name_of(row), toggle=True, translate=False)
        figures = tile.row()
        figures.label(text=figures_of(row), icon=state_icon(row), translate=False)


def icon_of(desk: Desk, row: Row) -> int:
    """The number of the row's thumbnail, or of an icon that says that there is none."""
    assert desk.browser is not None
    icon = desk.thumbnails.icon(desk.browser.library.folder / row.thumbnail) if row.thumbnail else 0
    return icon or _number_of(state_icon(row))


def name_of(row: Row) -> str:
    """The last part of its id: what stands before are folders."""
    return shown(row.id.rpartition("/")[2] or row.id)


@functools.cache
def _number_of(icon: IconItems) -> int:
    """The number of one of Blender's own icons: template_icon takes no names."""
    known: Any = bpy.types.UILayout.bl_rna
    return int(known.functions["prop"].parameters["icon"].enum_items[icon].value)


def state_icon(row: Row) -> IconItems:
    """Made, made with a warning, or failed."""
    if not row.made:
        return "CANCEL"
    return "ERROR" if row.warned else "CHECKMARK"


def figures_of(row: Row) -> str:
    """How well it covers the photo's subject, and thousands of triangles."""
    if not row.made:
        return ui("Failed")
    thousands = f"{row.triangles / 1000:.0f}k" if row.triangles >= 1000 else str(row.triangles)
    return thousands if row.overlap == UNKNOWN else f"{row.overlap:.0%}  {thousands}"
