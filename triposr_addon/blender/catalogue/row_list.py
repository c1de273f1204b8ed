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

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import IconItems

ICON_SCALE = 2.0
"""A row is two lines high, and so is its picture."""


class TRIPOSR_UL_catalogue(bpy.types.UIList):
    """A box to tick, the picture, name and figures."""

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
        draw_picture(line, desk, row, ICON_SCALE)
        words = line.column(align=True)
        words.label(text=shown(row.id), translate=False)
        figures = words.row()
        figures.active = False
        figures.label(text=figures_of(row), icon=state_icon(row), translate=False)

    def draw_filter(self, _context: bpy.types.Context, _layout: bpy.types.UILayout) -> None:
        """The panel has better ones, above the list."""

    def filter_items(self, _context: bpy.types.Context, _data: Any, _property: str) -> Any:
        """The page is filtered and sorted already."""
        return [], []


def draw_picture(layout: bpy.types.UILayout, desk: Desk, row: Row, scale: float) -> None:
    """The row's thumbnail, or an icon that says that there is none."""
    assert desk.browser is not None
    icon = desk.thumbnails.icon(desk.browser.library.folder / row.thumbnail) if row.thumbnail else 0
    layout.template_icon(icon or _number_of(state_icon(row)), scale=scale)


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
    """Its second line."""
    if not row.made:
        return ui("Failed")
    score = "" if row.overlap == UNKNOWN else f"{row.overlap:.0%}   "
    return score + ui("{count:,} triangles", count=row.triangles)
