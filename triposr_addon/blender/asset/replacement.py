# SPDX-License-Identifier: GPL-3.0-or-later
"""An asset is made anew in the place of an older one: until it is whole the older one is kept aside, to be put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from .asset_collection import (
    COLLIDER,
    LEVEL,
    SOURCE,
    base_name,
    collection_for,
    collection_of,
    colliders_in,
    hide,
    levels_in,
    make_active,
    take_away,
)
from .asset_object import asset_mesh
from .decimating import decimate_of
from .mesh_exchange import evaluated_mesh, hand_down

ASIDE = " (former)"


@dataclass(frozen=True)
class _Former:
    """A part of the older asset, and what it was called and marked as."""

    thing: bpy.types.Object
    name: str
    marks: dict[str, Any]


class Replacement:
    """The asset of one object while it is made. Either `keep` or `undo` ends it."""

    def __init__(self, context: bpy.types.Context, source: bpy.types.Object) -> None:
        self._context = context
        self._is_new = collection_of(source) is None
        self.source = source
        self._name = base_name(source)
        self.collection = collection_for(context, source)
        self._there = list(self.collection.objects)
        self._former = [
            self._set_aside(thing) for thing in (*levels_in(self.collection), *colliders_in(self.collection))
        ]

    def begin(self) -> bpy.types.Object:
        """LOD0: the object in full detail, without the Decimate modifier that it may carry, and a mesh of its own."""
        finest = self.source.copy()
        decimate = decimate_of(finest)
        if decimate is not None:
            finest.modifiers.remove(decimate)
        finest.data = self._whole_mesh(finest)
        finest.modifiers.clear()
        finest.name = f"{self._name}_LOD0"
        finest[LEVEL] = 0
        finest.hide_viewport = False
        self.collection.objects.link(finest)
        hide(self._context, finest, False)
        return finest

    def keep(self) -> None:
        """The new one is whole: the older one goes, and the object that it was made of is hidden."""
        take_away(former.thing for former in self._former if former.thing != self.source)
        if self.collection[SOURCE] != self.source:  # somebody has deleted it, and LOD0 takes its place
            self.collection[SOURCE], self.source.name = self.source, self._name
        for level in levels_in(self.collection):
            level.data.name = level.name
        hide(self._context, self.source, True)

    def undo(self) -> None:
        """Everything is as it was before."""
        take_away(thing for thing in self.collection.objects if thing not in self._there)
        for kept in self._former:
            kept.thing.name = kept.name
            for mark, value in kept.marks.items():
                kept.thing[mark] = value
        if self._is_new:
            bpy.data.collections.remove(self.collection)
        make_active(self._context, self.source)

    def _set_aside(self, thing: bpy.types.Object) -> _Former:
        marks = {mark: thing[mark] for mark in (LEVEL, COLLIDER) if mark in thing.keys()}  # noqa: SIM118  # the stubs know no `in`
        former = _Former(thing, thing.name, marks)
        for mark in marks:
            del thing[mark]
        thing.name = f"{thing.name[:40]}{ASIDE}"
        return former

    def _whole_mesh(self, finest: bpy.types.Object) -> bpy.types.Mesh:
        own = asset_mesh(self.source)
        if not any(modifier.show_viewport for modifier in finest.modifiers):
            return own.copy()
        made = evaluated_mesh(self._context, finest)
        hand_down(own, made)
        return made
