# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library come into the scene, as objects like those of Image to Mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import bpy

from ..asset.stage import Progress, Stage
from ..modifiers import shows_at_once, waiting_modifiers
from ..words import told, ui
from .arriving import arrive, places_for
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
        things = tuple(each.made.thing for each in gathered.taken)
        _let_many_wait(things, manner.decimate_ratio)
        arrive(context, library, manner, things, places_for(context, library, manner, gathered.taken))
        arrived = True
    finally:
        if not arrived:
            gathered.throw_away()
    return Imported(things, _triangles(things), tuple(gathered.refusals))


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
