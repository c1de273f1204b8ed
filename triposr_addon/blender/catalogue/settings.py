# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window shows of a library: how it is filtered and sorted, and the rows of one page. In no .blend."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from .. import session
from .browser import ROWS_PER_PAGE, TILES_PER_PAGE, Wish

WINDOW_PROPERTY = "triposr_catalogue"

SHOWS = (
    ("ALL", "All", "Every picture of the library"),
    ("MADE", "Made", "Only those that became a mesh"),
    ("WARNED", "With Warnings", "Meshes that the batch had something to say about"),
    ("FAILED", "Failed", "Only those that became none"),
    ("CHOSEN", "Chosen", "Only those whose box is ticked"),
)
SORTS = (
    ("ORDER", "Catalogue", "In the catalogue's own order"),
    ("NAME", "Name", "By their ids, whatever the case"),
    ("SCORE", "Score", "By how well the mesh covers the photo's subject"),
    ("TRIANGLES", "Triangles", "By the number of triangles"),
)


DISPLAYS = (
    ("LIST", "List", "A line for each picture, 100 on a page", "SHORTDISPLAY", 0),
    ("TILES", "Thumbnails", "Large thumbnails, 12 on a page", "IMGDISPLAY", 1),
)


def refresh(settings: TRIPOSR_PG_catalogue, _context: bpy.types.Context | None = None) -> None:
    """An update function: look for what is wished now."""
    running = session.current_or_none()
    if running is None or running.catalogue.browser is None:
        settings.rows.clear()
        return
    running.catalogue.browser.use_pages_of(TILES_PER_PAGE if settings.display == "TILES" else ROWS_PER_PAGE)
    running.catalogue.browser.look(wish_of(settings))
    fill_page(settings)


def fill_page(settings: TRIPOSR_PG_catalogue) -> None:
    """Give Blender the rows of the browser's page; the one that was looked at stays so, if it is among them."""
    desk = session.current().catalogue
    numbers = desk.browser.on_page() if desk.browser is not None else []
    before = desk.details.number if desk.details is not None else None
    settings.rows.clear()
    for number in numbers:
        settings.rows.add().number = number
    settings.active = numbers.index(before) if before in numbers else 0
    desk.thumbnails.forget_old_ones()


def look_closely(settings: TRIPOSR_PG_catalogue, _context: bpy.types.Context | None = None) -> None:
    """An update function: another row was clicked."""
    running = session.current_or_none()
    if running is not None:
        running.catalogue.look_at(active_number(settings))


def active_number(settings: TRIPOSR_PG_catalogue) -> int | None:
    """The number in the library of the row that was clicked; None where there is none."""
    there = 0 <= settings.active < len(settings.rows)
    return settings.rows[settings.active].number if there else None


def wish_of(settings: TRIPOSR_PG_catalogue) -> Wish:
    """As the browser takes it."""
    least = settings.least_score / 100.0
    return Wish(settings.search, settings.show, settings.sort_by, settings.descending, least)


def _is_chosen(row: TRIPOSR_PG_catalogue_row) -> bool:
    browser = session.current().catalogue.browser
    return browser is not None and browser.is_chosen(row.number)


def _choose(row: TRIPOSR_PG_catalogue_row, chosen: bool) -> None:
    browser = session.current().catalogue.browser
    if browser is None:
        return
    browser.choose([row.number], chosen)
    settings = getattr(row.id_data, WINDOW_PROPERTY)
    settings.active = next(place for place, each in enumerate(settings.rows) if each.number == row.number)


def _page(_settings: TRIPOSR_PG_catalogue) -> int:
    browser = session.current().catalogue.browser
    return browser.page + 1 if browser is not None else 1


def _turn(settings: TRIPOSR_PG_catalogue, page: int) -> None:
    browser = session.current().catalogue.browser
    if browser is not None:
        browser.turn_to(page - 1)
        fill_page(settings)


class TRIPOSR_PG_catalogue_row(bpy.types.PropertyGroup):
    """One row of the page; all that is drawn of it is asked of the browser."""

    if TYPE_CHECKING:
        number: int
        chosen: bool
    else:
        number: IntProperty(options={"HIDDEN", "SKIP_SAVE"})
        chosen: BoolProperty(
            name="Chosen",
            description="Import or link it together with the others that are chosen, on whatever page",
            get=_is_chosen,
            set=_choose,
        )


class TRIPOSR_PG_catalogue(bpy.types.PropertyGroup):
    """What is wished to be seen, and the rows of the page."""

    if TYPE_CHECKING:
        search: str
        show: str
        sort_by: str
        descending: bool
        least_score: int
        display: str
        page: int
        active: int
        rows: bpy.types.bpy_prop_collection_idprop[TRIPOSR_PG_catalogue_row]
    else:
        search: StringProperty(
            name="Search",
            description="Show the pictures whose id has all these words, in whatever case",
            options={"TEXTEDIT_UPDATE", "SKIP_SAVE"},
            update=refresh,
        )
        show: EnumProperty(
            name="Show",
            description="Which pictures are listed",
            items=SHOWS,
            default="ALL",
            options={"SKIP_SAVE"},
            update=refresh,
        )
        sort_by: EnumProperty(
            name="Sort By",
            description="What the list is sorted by; what has no score or no mesh comes last",
            items=SORTS,
            default="ORDER",
            options={"SKIP_SAVE"},
            update=refresh,
        )
        descending: BoolProperty(
            name="Descending",
            description="Turn the order round: the best scores, or the most triangles, come first",
            default=False,
            options={"SKIP_SAVE"},
            update=refresh,
        )
        least_score: IntProperty(
            name="Least Score",
            description="Leave out what covers a smaller share of the photo's subject than that, in percent",
            subtype="PERCENTAGE",
            min=0,
            max=100,
            default=0,
            options={"SKIP_SAVE"},
            update=refresh,
        )
        display: EnumProperty(
            name="Display",
            description="How the pictures are listed",
            items=DISPLAYS,
            default="LIST",
            options={"SKIP_SAVE"},
            update=refresh,
        )
        page: IntProperty(
            name="Page",
            description="The number of the page that is shown",
            min=1,
            options={"SKIP_SAVE"},
            get=_page,
            set=_turn,
        )
        active: IntProperty(options={"HIDDEN", "SKIP_SAVE"}, update=look_closely)
        rows: CollectionProperty(type=TRIPOSR_PG_catalogue_row, options={"HIDDEN", "SKIP_SAVE"})


def catalogue_settings_of(context: bpy.types.Context) -> TRIPOSR_PG_catalogue:
    """What the window shows."""
    return cast("TRIPOSR_PG_catalogue", getattr(context.window_manager, WINDOW_PROPERTY))


def add_to_windows() -> None:
    """The window manager gets them; the class must be registered."""
    setattr(bpy.types.WindowManager, WINDOW_PROPERTY, PointerProperty(type=TRIPOSR_PG_catalogue))  # type: ignore[func-returns-value]


def remove_from_windows() -> None:
    """Take them off again."""
    delattr(bpy.types.WindowManager, WINDOW_PROPERTY)
