# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection of one game asset: levels of detail, colliders, and which object they were made of.

It is found by what it remembers, not by its name: a stage that is run again replaces what it made before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import bpy

from ..context_members import selected_objects

SOURCE = "triposr_asset_of"
"""On a collection: the object that it was made of."""
LEVEL = "triposr_level"
"""On an object: which level of detail it is, 0 for the finest."""
COLLIDER = "triposr_collider"
"""On an object: what kind of collider it is."""


def base_name(thing: bpy.types.Object) -> str:
    """The asset's name: the object's, without _LOD0 and the like."""
    return re.sub(r"_LOD\d$", "", thing.name)


def collection_of(thing: bpy.types.Object) -> bpy.types.Collection | None:
    """The asset that an object is a part of, or was made into."""
    assets = [collection for collection in bpy.data.collections if isinstance(collection.get(SOURCE), bpy.types.Object)]
    for collection in assets:
        if collection[SOURCE] == thing or thing in list(collection.objects):
            return collection
    return None


def collection_for(context: bpy.types.Context, source: bpy.types.Object) -> bpy.types.Collection:
    """The asset of an object; a new collection beside the object where there is none yet."""
    found = collection_of(source)
    if found is not None:
        return found
    assert context.scene is not None
    made = bpy.data.collections.new(base_name(source))
    made[SOURCE] = source
    parent = source.users_collection[0] if source.users_collection else context.scene.collection
    parent.children.link(made)
    return made


def source_of(thing: bpy.types.Object) -> bpy.types.Object:
    """The object that an asset is made of: itself, or for a part of an asset what that was made of."""
    collection = collection_of(thing)
    source = collection.get(SOURCE) if collection is not None else None
    return source if isinstance(source, bpy.types.Object) else thing


def levels_in(collection: bpy.types.Collection) -> list[bpy.types.Object]:
    """The levels of detail, the finest first."""
    return sorted((thing for thing in collection.objects if LEVEL in thing.keys()), key=lambda thing: thing[LEVEL])  # noqa: SIM118  # the stubs know no `in`


def colliders_in(collection: bpy.types.Collection) -> list[bpy.types.Object]:
    """The colliders, by name."""
    return sorted((thing for thing in collection.objects if COLLIDER in thing.keys()), key=lambda thing: thing.name)  # noqa: SIM118  # as above


def hide(context: bpy.types.Context, thing: bpy.types.Object, hidden: bool) -> None:
    """In the 3D View, by its eye, and in renders."""
    assert context.view_layer is not None
    thing.hide_render = hidden
    context.view_layer.update()  # or it does not know yet what was just linked
    if context.view_layer.objects.get(thing.name) is not None:  # else its collection is left out of the view layer
        thing.hide_set(hidden)


def make_active(context: bpy.types.Context, thing: bpy.types.Object) -> None:
    """Select it alone."""
    assert context.view_layer is not None
    context.view_layer.update()  # or what was just deleted is selected still
    for other in selected_objects(context):
        other.select_set(False)
    if context.view_layer.objects.get(thing.name) is not None:
        thing.select_set(True)
        context.view_layer.objects.active = thing


def take_away(things: Iterable[bpy.types.Object]) -> None:
    """Delete objects, with the meshes that nobody else has."""
    for thing in list(things):
        mesh = thing.data
        bpy.data.objects.remove(thing)
        if isinstance(mesh, bpy.types.Mesh) and mesh.users == 0:
            bpy.data.meshes.remove(mesh)
