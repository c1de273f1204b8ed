# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library go into its assets' file, and from there into the scene if they are to be linked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy
from mathutils import Vector

from ..asset.library_file import library_file
from ..asset.stage import Progress, Stage
from ..delivery import destination
from ..folder_collection import collection_for, start_behind
from ..grid import Grid, grid_for
from ..order import Order
from ..placement import add_to_scene
from ..viewport import show_colours
from ..words import told, ui
from .assets import ASSETS_NAME, asset_name, link_objects, refresh_links, register_library, write_assets
from .gathering import Gathered, Refusal, gather
from .item import manner_of
from .library import Library


@dataclass(frozen=True)
class ShelvedItems:
    """How many assets were written, into which file, and how many of them were linked."""

    count: int
    path: Path
    linked: int
    refusals: tuple[Refusal, ...]

    @property
    def words(self) -> str:
        """For the artist."""
        if self.linked:
            return told("{count:,} objects linked from {file}", count=self.linked, file=str(self.path))
        return told("{count:,} assets in the library {file}", count=self.count, file=str(self.path))


def shelve_items(
    context: bpy.types.Context, library: Library, numbers: Sequence[int], *, register: bool, link: bool
) -> Stage[ShelvedItems]:
    """Write them into assets.blend beside the catalogue; link: have them in the scene, too.

    The open file has nothing of them until then. Raises FileNotWritten, also where the open file is that one, and as
    `gather`.
    """
    path = library_file(str(library.folder / ASSETS_NAME))
    manner, gathered = manner_of(context), Gathered()
    try:
        yield from gather(library, numbers, manner, ui("Make assets"), asset_name, gathered)
        yield Progress(ui("Write files"), 1.0)
        write_assets(library, path, gathered)
        names = [asset_name(record) for record in gathered.records]
        places = _places(context, library, manner, gathered) if link else []
    finally:
        gathered.throw_away()
    if register:
        register_library(library.folder, library.name)
    refresh_links(path)
    things = link_objects(path, names) if link else []
    if things:
        _arrive(context, library, manner, things, places)
    return ShelvedItems(len(names), path, len(things), tuple(gathered.refusals))


def _places(context: bpy.types.Context, library: Library, manner: Order, gathered: Gathered) -> list[Vector]:
    """Where they will stand: several in a grid."""
    scene, _ = destination(context, manner.scene_uid)
    grid: Grid | None = None
    if len(gathered.taken) > 1:
        size = manner.placement.size
        start = start_behind(scene, library.folder, manner.placement.place, size)
        grid = grid_for(len(gathered.taken), start, size)
    return [each.made.next_location(dataclasses.replace(each.order, row=grid)) for each in gathered.taken]


def _arrive(
    context: bpy.types.Context,
    library: Library,
    manner: Order,
    things: Sequence[bpy.types.Object],
    places: Sequence[Vector],
) -> None:
    scene, view_layer = destination(context, manner.scene_uid)
    collection = collection_for(scene, library.folder) if len(things) > 1 else None
    for thing, place in zip(things, places, strict=True):
        thing.location = place
    for thing in things[1:]:
        assert collection is not None, "there are several"
        collection.objects.link(thing)
    if add_to_scene(things[0], scene, view_layer, collection):
        for thing in things:
            thing.select_set(True, view_layer=view_layer)
    if manner.show_colours:
        show_colours(context.screen)
