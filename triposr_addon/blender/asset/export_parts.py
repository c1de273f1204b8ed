# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to an asset that is exported: its levels of detail and its colliders, or the object alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from .asset_collection import COLLIDER, base_name, collection_of, colliders_in, levels_in


@dataclass(frozen=True)
class AssetParts:
    """levels: the finest first, at least one. colliders: with the kind of each."""

    name: str
    levels: tuple[bpy.types.Object, ...]
    colliders: tuple[tuple[bpy.types.Object, str], ...] = ()

    @property
    def first(self) -> bpy.types.Object:
        """The finest level; its origin is the asset's."""
        return self.levels[0]


def parts_of(thing: bpy.types.Object) -> AssetParts:
    """The asset that an object is a part of, or was made into; else the object alone."""
    collection = collection_of(thing)
    if collection is None:
        return AssetParts(base_name(thing), (thing,))
    levels = levels_in(collection) or [thing]
    colliders = tuple((each, str(each[COLLIDER])) for each in colliders_in(collection))
    return AssetParts(base_name(levels[0]), tuple(levels), colliders)


def assets_among(things: Iterable[bpy.types.Object]) -> list[AssetParts]:
    """Each asset once, in the order of the objects that are meshes."""
    found: dict[bpy.types.Object, AssetParts] = {}
    for thing in things:
        if isinstance(thing.data, bpy.types.Mesh) and COLLIDER not in thing.keys():  # noqa: SIM118  # the stubs know no `in`
            parts = parts_of(thing)
            found.setdefault(parts.first, parts)
    return list(found.values())
