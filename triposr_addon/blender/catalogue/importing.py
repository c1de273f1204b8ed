# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library come into the scene: one where Image to Mesh would put it, several in a grid and a collection."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import bpy

from ..asset.stage import Progress, Stage
from ..delivery import destination
from ..folder_collection import collection_for, start_behind
from ..grid import grid_for
from ..modifiers import shows_at_once, waiting_modifiers
from ..order import Order
from ..placement import add_to_scene
from ..viewport import show_colours, show_in_local_view
from ..words import told, ui
from .gathering import Gathered, Refusal, gather, plain_name
from .item import manner_of
from .library import Library


@dataclass(frozen=True)
class Imported:
    """What came into the scene, and what did not."""

    things: tuple[bpy.types.Object, ...]
    triangles: int
    refusals: tuple[Refusal, ...]

    @property
    def words(self) -> str:
        """For the artist."""
        count = len(self.things)
        notice = told("{count:,} objects, {triangles:,} triangles", count=count, triangles=self.triangles)
        return notice + waiting_modifiers(self.things[0])


def import_items(context: bpy.types.Context, library: Library, numbers: Sequence[int]) -> Stage[Imported]:
    """Until the last moment nothing is in the scene. Raises as `gather`, and what settings can be refused for."""
    manner, gathered, arrived = manner_of(context), Gathered(), False
    try:
        yield from gather(library, numbers, manner, ui("Import"), plain_name, gathered)
        yield Progress(ui("Import"), 1.0)
        _arrive(context, library, manner, gathered)
        arrived = True
    finally:
        if not arrived:
            gathered.throw_away()
    things = tuple(each.made.thing for each in gathered.taken)
    return Imported(things, _triangles(things), tuple(gathered.refusals))


def _arrive(context: bpy.types.Context, library: Library, manner: Order, gathered: Gathered) -> None:
    scene, view_layer = destination(context, manner.scene_uid)
    grid, collection = None, None
    if len(gathered.taken) > 1:
        size = manner.placement.size
        start = start_behind(scene, library.folder, manner.placement.place, size)
        grid, collection = grid_for(len(gathered.taken), start, size), collection_for(scene, library.folder)
    things = [each.made.thing for each in gathered.taken]
    for each in gathered.taken:
        each.made.thing.location = each.made.next_location(dataclasses.replace(each.order, row=grid))
    _let_many_wait(things, manner.decimate_ratio)
    for thing in things[1:]:
        assert collection is not None, "there are several"
        collection.objects.link(thing)
    selected = add_to_scene(things[0], scene, view_layer, collection)
    for thing in things:
        if selected and thing.visible_get(view_layer=view_layer):
            thing.select_set(True, view_layer=view_layer)
        show_in_local_view(thing, context.space_data)
    if manner.show_colours:
        show_colours(context.screen)


def _let_many_wait(things: Sequence[bpy.types.Object], ratio: float) -> None:
    """Decimate works on all of them before Blender draws again: together they count as one large mesh."""
    if shows_at_once(_triangles(things), ratio, windowless=bpy.app.background):
        return
    for thing in things:
        for modifier in thing.modifiers:
            modifier.show_viewport = False


def _triangles(things: Sequence[bpy.types.Object]) -> int:
    meshes = [cast("bpy.types.Mesh", thing.data) for thing in things]
    return sum(len(mesh.polygons) for mesh in meshes)
