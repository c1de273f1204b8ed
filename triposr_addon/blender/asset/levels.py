# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of detail: Name_LOD0 is the object as the 3D View shows it, the others are decimated from it.

An object becomes its LOD0 by a copy, and stays itself, hidden. A LOD0 that is there already stays, and gets new others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
from mathutils import Matrix

from ..mesh_arrays import Doubles
from ..mesh_object import write_colours
from ..session import Session
from ..words import told, ui
from .asset_collection import (
    LEVEL,
    base_name,
    collection_for,
    collection_of,
    hide,
    levels_in,
    make_active,
    source_of,
    take_away,
)
from .asset_object import asset_mesh
from .decimating import decimated
from .deviation import Deviation, deviation
from .mesh_exchange import evaluated_mesh, hand_down, places_of, triangles_in
from .recolouring import field_colours
from .stage import Progress, Stage, within
from .surface import metres_per_unit, surface_of


@dataclass(frozen=True)
class Levels:
    """count: levels below LOD0, 0..3. by: SHARE of LOD0's triangles, or COUNT of triangles."""

    count: int = 3
    by: str = "SHARE"
    share_1: float = 0.5
    share_2: float = 0.25
    share_3: float = 0.1
    count_1: int = 2500
    count_2: int = 1000
    count_3: int = 300

    def triangles(self, finest: int) -> list[int]:
        """How many each level below LOD0 is to have."""
        shares = [max(4, round(share * finest)) for share in (self.share_1, self.share_2, self.share_3)]
        counts = [self.count_1, self.count_2, self.count_3]
        return (shares if self.by == "SHARE" else counts)[: self.count]


@dataclass(frozen=True)
class Level:
    """A level that was made: its object's name, its triangles, and how far it is from LOD0."""

    name: str
    triangles: int
    deviation: Deviation


@dataclass(frozen=True)
class LevelsMade:
    """The collection's name, and its levels, the finest first."""

    collection: str
    levels: tuple[Level, ...]
    from_field: bool

    @property
    def words(self) -> str:
        """For the artist."""
        lines = [level_words(level.triangles, level.deviation.largest, level.deviation.mean) for level in self.levels]
        return "; ".join(f"LOD{number} {line}" for number, line in enumerate(lines))


ERROR = "triposr_level_error"
"""On a level's object: the largest and the mean distance from LOD0, in % of its height."""


def level_words(triangles: int, largest: float, mean: float) -> str:
    """A level's figures, in the artist's language."""
    if largest == 0.0:
        return told("{count:,} triangles", count=triangles)
    return told(
        "{count:,} triangles, off by {largest:.2f} % (mean {mean:.2f} %)", count=triangles, largest=largest, mean=mean
    )


def make_levels(
    running: Session, context: bpy.types.Context, thing: bpy.types.Object, wished: Levels
) -> Stage[LevelsMade]:
    """Make the levels of an object, or make them again. It must not be hidden away with its whole collection."""
    source = thing if _is_finest(thing) else source_of(thing)
    asset_mesh(source)
    assert context.scene is not None
    scale = metres_per_unit(source, context.scene)
    yield Progress(ui("Levels of detail"), 0.0)
    meshes: list[bpy.types.Mesh] = []
    try:
        meshes.append(evaluated_mesh(context, source))
        for number, triangles in enumerate(wished.triangles(triangles_in(meshes[0]))):
            meshes.append(decimated(context, meshes[0], triangles))
            yield Progress(ui("Levels of detail"), 0.1 + 0.1 * number)
        coloured = yield from within(_coloured(running, source, meshes), 0.4, 0.8)
        deviations = yield from within(_deviations(meshes, scale), 0.8, 1.0)
    except BaseException:
        bpy.data.batch_remove(meshes)
        raise
    return _put_into_place(context, source, meshes, deviations, coloured)


def _coloured(running: Session, source: bpy.types.Object, meshes: Sequence[bpy.types.Mesh]) -> Stage[bool]:
    """All of them in colours of the field; whether there is one."""
    for number, mesh in enumerate(meshes):
        share = number / len(meshes)
        former = asset_mesh(source)
        colours = yield from within(field_colours(running, former, places_of(mesh)), share, share + 1.0 / len(meshes))
        if colours is None:
            return False
        write_colours(mesh, colours, "POINT")
    return True


def _deviations(meshes: Sequence[bpy.types.Mesh], scale: Doubles) -> Stage[list[Deviation]]:
    finest, found = surface_of(meshes[0], scale), [Deviation(0.0, 0.0)]
    for number, mesh in enumerate(meshes[1:]):
        yield Progress(ui("Error against LOD0"), number / len(meshes))
        found.append(deviation(finest, surface_of(mesh, scale)))
    return found


def _put_into_place(
    context: bpy.types.Context,
    source: bpy.types.Object,
    meshes: Sequence[bpy.types.Mesh],
    deviations: Sequence[Deviation],
    coloured: bool,
) -> LevelsMade:
    """The last piece: the objects come into the collection, the finest one is seen."""
    collection, name, levels, finest = collection_for(context, source), base_name(source), [], source
    kept, stays = ([source], True) if _is_finest(source) else ([], False)
    for mesh in meshes:
        hand_down(asset_mesh(source), mesh)
    take_away(level for level in levels_in(collection) if level not in kept)
    for number, (mesh, off) in enumerate(zip(meshes, deviations, strict=True)):
        level = kept.pop() if kept else _new_level(source, collection)
        _give(level, mesh, f"{name}_LOD{number}")
        if number > 0:
            _hang(level, finest)
        finest = level if number == 0 else finest
        level[LEVEL], level[ERROR] = number, [off.largest, off.mean]
        hide(context, level, number > 0)
        levels.append(Level(level.name, triangles_in(mesh), off))
    if not stays:
        hide(context, source, True)
    make_active(context, levels_in(collection)[0])
    return LevelsMade(collection.name, tuple(levels), coloured)


def _is_finest(thing: bpy.types.Object) -> bool:
    collection = collection_of(thing)
    return collection is not None and thing in levels_in(collection)[:1]


def _new_level(source: bpy.types.Object, collection: bpy.types.Collection) -> bpy.types.Object:
    level = source.copy()
    collection.objects.link(level)
    return level


def _hang(level: bpy.types.Object, finest: bpy.types.Object) -> None:
    """Where LOD0 is, and wherever it goes: it may be moved and scaled before it is exported."""
    level.animation_data_clear()
    level.constraints.clear()
    level.parent, level.parent_type = finest, "OBJECT"
    level.matrix_parent_inverse.identity()
    level.delta_location = level.delta_rotation_euler = (0.0, 0.0, 0.0)
    level.delta_rotation_quaternion, level.delta_scale = (1.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    level.matrix_basis = Matrix()  # after the deltas: it takes them into account


def _give(level: bpy.types.Object, mesh: bpy.types.Mesh, name: str) -> None:
    former = level.data
    level.modifiers.clear()
    level.data, level.name = mesh, name
    if isinstance(former, bpy.types.Mesh) and former.users == 0:
        bpy.data.meshes.remove(former)
    mesh.name = name
