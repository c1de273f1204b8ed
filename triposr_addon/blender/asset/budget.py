# SPDX-License-Identifier: GPL-3.0-or-later
"""The second stage: a budget of faces. Decimate stays a live modifier until it is applied; the rest is real at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy

from ..session import Session
from ..words import told, ui
from .asset_object import asset_mesh
from .decimating import decimate_of, decimated, set_decimate
from .mesh_exchange import evaluated_mesh, exchange, places_of, triangles_in
from .recolouring import field_colours
from .remeshing import quads, voxels
from .stage import Progress, Stage, within
from .texture_material import forget_texture

Remesh = Callable[[bpy.types.Context, bpy.types.Mesh, int], bpy.types.Mesh]
REMESHES: dict[str, Remesh] = {"QUADS": quads, "VOXELS": voxels}


@dataclass(frozen=True)
class Budget:
    """faces: triangles for DECIMATE, else faces of QUADS or VOXELS. live: leave Decimate a modifier."""

    method: str = "DECIMATE"
    faces: int = 5000
    live: bool = True


@dataclass(frozen=True)
class Budgeted:
    """faces, triangles: what there is now. live: whether a modifier does it. from_field: where the colours are from."""

    faces: int
    triangles: int
    live: bool
    from_field: bool

    @property
    def words(self) -> str:
        """For the artist."""
        if self.live:
            return told("{count:,} triangles by the Decimate modifier; Apply makes them real", count=self.triangles)
        counts = told("{faces:,} faces, {count:,} triangles", faces=self.faces, count=self.triangles)
        return counts + (told(". Colours from the field") if self.from_field else "")


def keep_budget(
    running: Session, context: bpy.types.Context, thing: bpy.types.Object, wished: Budget
) -> Stage[Budgeted]:
    """Bring an object's mesh to so many faces. Raises RemeshRefused."""
    mesh = asset_mesh(thing)
    if wished.method == "DECIMATE":
        yield Progress(ui("Decimate"), 0.0)
        if not wished.live:
            return (yield from within(_decimated(running, context, thing, wished.faces), 0.1, 1.0))
        left = set_decimate(context, thing, wished.faces)
        return Budgeted(left, left, live=True, from_field=False)
    yield Progress(ui("Remesh"), 0.0)
    new = REMESHES[wished.method](context, mesh, wished.faces)
    made = yield from within(_taken(running, thing, new), 0.5, 1.0)
    forget_texture(asset_mesh(thing))
    return made


def make_real(running: Session, context: bpy.types.Context, thing: bpy.types.Object) -> Stage[Budgeted]:
    """Apply all modifiers that the 3D View shows, and colour the vertices anew. The others stay."""
    asset_mesh(thing)
    yield Progress(ui("Apply"), 0.0)
    new = evaluated_mesh(context, thing)
    made = yield from within(_taken(running, thing, new), 0.3, 1.0)
    for modifier in [modifier for modifier in thing.modifiers if modifier.show_viewport]:
        thing.modifiers.remove(modifier)
    return made


def _decimated(
    running: Session, context: bpy.types.Context, thing: bpy.types.Object, triangles: int
) -> Stage[Budgeted]:
    """What the 3D View shows, but for a Decimate modifier that was there, in so many triangles."""
    former = decimate_of(thing)
    shown = [modifier for modifier in thing.modifiers if modifier.show_viewport and modifier != former]
    if shown:
        set_decimate(context, thing, triangles)
        return (yield from make_real(running, context, thing))
    made = yield from _taken(running, thing, decimated(context, asset_mesh(thing), triangles))
    if former is not None:
        thing.modifiers.remove(former)
    return made


def _taken(running: Session, thing: bpy.types.Object, new: bpy.types.Mesh) -> Stage[Budgeted]:
    """The object gets this mesh, in colours of its field; one that is cancelled leaves no mesh behind."""
    former = asset_mesh(thing)
    try:
        colours = yield from field_colours(running, former, places_of(new))
    except BaseException:
        bpy.data.meshes.remove(new)
        raise
    exchange(thing, new, colours)
    return Budgeted(len(new.polygons), triangles_in(new), live=False, from_field=colours is not None)
