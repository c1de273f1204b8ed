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


LONGEST_NAME = 44
"""Bytes: before Blender 5 a name has 63. An engine's way to name colliders takes up to 15 of them, a number 4."""


def base_name(thing: bpy.types.Object) -> str:
    """The asset's name: the object's, without _LOD0 and the like, and short enough for what is put behind it."""
    name, _, number = re.split(r"(_LOD\d)?(\.\d{3})?$", thing.name, maxsplit=1)[:3]
    return clipped(name, LONGEST_NAME) + (number or "")


def clipped(name: str, most: int) -> str:
    """The start of a name, so many bytes at most."""
    return name.encode(errors="replace")[:most].decode(errors="ignore").rstrip()


def collection_of(thing: bpy.types.Object) -> bpy.types.Collection | None:
    """The asset that an object is a part of, or was made into. What else is in its collection is neither."""
    for collection in bpy.data.collections:
        if SOURCE not in collection.keys():  # noqa: SIM118  # the stubs know no `in`
            continue
        if collection[SOURCE] == thing or thing in (*levels_in(collection), *colliders_in(collection)):
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
    parent = next((each for each in source.users_collection if _is_in(context, each)), context.scene.collection)
    parent.children.link(made)
    return made


def _is_in(context: bpy.types.Context, collection: bpy.types.Collection) -> bool:
    """Whether the view layer has what is put into it, and it can be put there."""
    assert context.view_layer is not None
    layers = [context.view_layer.layer_collection]
    for layer in layers:  # which grows
        layers.extend(layer.children)
    return collection.library is None and any(
        layer.collection == collection and not layer.exclude and layer.is_visible for layer in layers
    )


def source_of(thing: bpy.types.Object) -> bpy.types.Object:
    """The object that an asset is made of: itself, or for a part of an asset what that was made of.

    Where somebody has deleted that, the finest level.
    """
    collection = collection_of(thing)
    if collection is None:
        return thing
    source = collection[SOURCE]
    return source if isinstance(source, bpy.types.Object) else next(iter(levels_in(collection)), thing)


def levels_in(collection: bpy.types.Collection) -> list[bpy.types.Object]:
    """The levels of detail, the finest first. A level's copy (Shift D), whose name has a number, is none."""
    found: dict[int, bpy.types.Object] = {}
    marked = (thing for thing in collection.objects if LEVEL in thing.keys())  # noqa: SIM118  # as above
    for thing in sorted(marked, key=lambda thing: (thing[LEVEL], len(thing.name), thing.name)):
        found.setdefault(thing[LEVEL], thing)
    return list(found.values())


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
