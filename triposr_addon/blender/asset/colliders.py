# SPDX-License-Identifier: GPL-3.0-or-later
"""Colliders: simple shapes around an asset, named so that the engine takes them for such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy

from ..mesh_arrays import Doubles
from ..session import Session
from ..words import told, ui
from .asset_collection import COLLIDER, base_name, collection_for, colliders_in, hide, levels_in, source_of, take_away
from .asset_object import asset_mesh
from .convex_hull import box_around, hull_of, hull_with_few, volume_of
from .convex_parts import convex_parts
from .decimating import decimated
from .failures import NoBodyForCollider
from .mesh_exchange import evaluated_mesh, triangles_in
from .stage import Progress, Stage, within
from .surface import Surface, metres_per_unit, surface_of, write_surface
from .topology import topology_of

ENOUGH_TRIANGLES = 1500
"""For a collider; a finer mesh is decimated to that first."""


@dataclass(frozen=True)
class Colliding:
    """kind: NONE, BOX, HULL or PARTS. vertices: at most, of each hull. parts: at most. engine: one of ENGINES."""

    kind: str = "HULL"
    vertices: int = 32
    parts: int = 8
    engine: str = "UNITY"


@dataclass(frozen=True)
class CollidersMade:
    """The objects' names, their vertices in all, and how much they hold of what the object's own hull holds."""

    names: tuple[str, ...]
    vertices: int
    share: float

    @property
    def words(self) -> str:
        """For the artist."""
        if not self.names:
            return told("No collider")
        return told(
            "Colliders: {count}, vertices: {vertices}, volume: {share:.0%} of the whole hull's",
            count=len(self.names),
            vertices=self.vertices,
            share=self.share,
        )


def collider_names(engine: str, kind: str, name: str, count: int) -> list[str]:
    """What the colliders of an asset called `name` are called, so that the engine knows them."""
    if engine == "UNREAL":
        prefix = "UBX" if kind == "BOX" else "UCX"
        return [f"{prefix}_{name}_LOD0_{number:02}" for number in range(count)]
    numbers = [f"_{number:02}" if count > 1 else "" for number in range(count)]
    if engine == "GODOT":
        return [f"{name}{number}-convcolonly" for number in numbers]
    return [f"{name}_Collider{number}" for number in numbers]


def make_colliders(
    _running: Session, context: bpy.types.Context, thing: bpy.types.Object, wished: Colliding
) -> Stage[CollidersMade]:
    """Make an asset's colliders, or make them again. They hang on its LOD0, or on the object where there is none.

    Raises NoBodyForCollider.
    """
    source = source_of(thing)
    assert context.scene is not None
    collection = collection_for(context, source)
    owner = next(iter(levels_in(collection)), source)
    scale = metres_per_unit(owner, context.scene)
    yield Progress(ui("Collider"), 0.0)
    body = _simple(context, owner, scale)
    hulls = (yield from within(_hulls(body, wished), 0.3, 1.0)) if wished.kind != "NONE" else []
    whole = hull_of(body.vertices)
    if whole is None or (wished.kind != "NONE" and not hulls):
        raise NoBodyForCollider(owner.name)
    take_away(colliders_in(collection))
    names = collider_names(wished.engine, wished.kind, base_name(source), len(hulls))
    for name, hull in zip(names, hulls, strict=True):
        _hang(context, owner, collection, name, wished.kind, hull, scale)
    held = sum(volume_of(hull) for hull in hulls) / volume_of(whole)
    made = tuple(collider.name for collider in colliders_in(collection))
    return CollidersMade(made, sum(len(hull.vertices) for hull in hulls), held)


def _simple(context: bpy.types.Context, owner: bpy.types.Object, scale: Doubles) -> Surface:
    """The object with its modifiers, in a few triangles."""
    asset_mesh(owner)
    meshes = [evaluated_mesh(context, owner)]
    try:
        if triangles_in(meshes[0]) > ENOUGH_TRIANGLES:
            meshes.append(decimated(context, meshes[0], ENOUGH_TRIANGLES))
        return surface_of(meshes[-1], scale)
    finally:
        bpy.data.batch_remove(meshes)


def _hulls(body: Surface, wished: Colliding) -> Stage[Sequence[Surface]]:
    if wished.kind == "BOX":
        return [box_around(body.vertices)]
    pieces = [body]
    if wished.kind == "PARTS" and topology_of(body.triangles, len(body.vertices)).open_edges == 0:
        pieces = yield from convex_parts(body, wished.parts)
    hulls = [hull_with_few(piece.vertices, wished.vertices) for piece in pieces]
    return [hull for hull in hulls if hull is not None]


def _hang(
    context: bpy.types.Context,
    owner: bpy.types.Object,
    collection: bpy.types.Collection,
    name: str,
    kind: str,
    hull: Surface,
    scale: Doubles,
) -> None:
    """A new object in wire, which no render shows, where its owner is."""
    mesh = bpy.data.meshes.new(name)
    write_surface(mesh, Surface(hull.vertices, hull.triangles), scale)
    mesh.shade_flat()
    collider = bpy.data.objects.new(name, mesh)
    collider[COLLIDER] = kind
    collider.parent = owner
    collider.matrix_parent_inverse.identity()
    collider.display_type = "WIRE"
    collection.objects.link(collider)
    hide(context, collider, False)
    collider.hide_render = True
