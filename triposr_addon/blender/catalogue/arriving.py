# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library find their places: one where Image to Mesh would put it, several in a grid and a collection."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import bpy
from mathutils import Vector

from ..delivery import destination
from ..folder_collection import collection_for, start_behind
from ..grid import Grid, grid_for
from ..order import Order
from ..placement import add_to_scene
from ..viewport import show_colours, show_in_local_view
from .item import Taken
from .library import Library


def places_for(context: bpy.types.Context, library: Library, manner: Order, taken: Sequence[Taken]) -> list[Vector]:
    """Where each will stand. The scene must not have them yet."""
    scene, _ = destination(context, manner.scene_uid)
    grid: Grid | None = None
    if len(taken) > 1:
        size = manner.placement.size
        grid = grid_for(len(taken), start_behind(scene, library.folder, manner.placement.place, size), size)
    return [each.made.next_location(dataclasses.replace(each.order, row=grid)) for each in taken]


def arrive(
    context: bpy.types.Context,
    library: Library,
    manner: Order,
    things: Sequence[bpy.types.Object],
    places: Sequence[Vector],
) -> None:
    """Objects that are in no scene come into the order's own, selected where it is the artist's current one."""
    scene, view_layer = destination(context, manner.scene_uid)
    collection = collection_for(scene, library.folder) if len(things) > 1 else None
    for thing, place in zip(things, places, strict=True):
        thing.location = place
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
