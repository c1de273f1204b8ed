# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a new object stands, how large it is, and where its origin is."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector

from .mesh_arrays import Doubles, Floats, MeshArrays

Place = tuple[float, float, float]


@dataclass(frozen=True)
class Placement:
    """What was chosen for an object when it was ordered.

    place: the middle of its foot comes there, wherever its origin is; Blender units. size: Blender units, > 0.
    size_by: what has that size, "height" or "longest" side of its box. origin_at: "bottom" (the middle of its foot),
    "centre" (of its box) or "field" (the middle of the box that the network sees).
    """

    place: Place
    size: float
    size_by: str = "height"
    origin_at: str = "bottom"


@dataclass(frozen=True)
class Footing:
    """How field units become Blender's: `origin` [3] becomes the object's origin, then all is scaled by `scale`.

    foot: the middle of the foot as the object's origin sees it, in Blender units.
    """

    origin: Floats
    scale: float
    foot: Place

    @property
    def matrix(self) -> Doubles:
        """The same as a matrix [4, 4]."""
        matrix = np.diag([self.scale] * 3 + [1.0])
        matrix[:3, 3] = -self.scale * self.origin.astype(np.float64)
        return matrix

    def origin_for(self, place: Place) -> Vector:
        """Where the object's origin is when its foot stands at `place`."""
        return Vector(place) - Vector(self.foot)


def footing_of(mesh: MeshArrays, size: float, size_by: str = "height", origin_at: str = "bottom") -> Footing:
    """What gives the mesh its size and its origin; see Placement. The mesh must have a height."""
    # A column at a time and in single precision: a sixth of the time that min(axis=0) and doubles take.
    low, high = (np.array([end(axis) for axis in mesh.vertices.T]) for end in (np.min, np.max))
    centre = (low + high) / np.float32(2.0)
    foot = np.array([centre[0], centre[1], low[2]], np.float32)
    origin = {"bottom": foot, "centre": centre, "field": np.zeros(3, np.float32)}[origin_at]
    sides = (high - low).astype(np.float64)
    scale = size / float(sides[2] if size_by == "height" else sides.max())
    x, y, z = ((foot - origin).astype(np.float64) * scale).tolist()
    return Footing(origin, scale, (x, y, z))


def stand_on_origin(mesh: MeshArrays, footing: Footing) -> MeshArrays:
    """Move and scale the mesh itself, so that the object's own scale stays 1."""
    standing = mesh.vertices - footing.origin
    standing *= np.float32(footing.scale)
    return dataclasses.replace(mesh, vertices=standing)


def units_per_metre(scene: bpy.types.Scene) -> float:
    """Blender units in a metre, as the scene's units say: 100 where a unit is a centimetre."""
    units = scene.unit_settings
    return 1.0 if units.system == "NONE" else 1.0 / units.scale_length


GAP_SHARE = 0.25
"""Of an object's width, left free before it in a row."""


class Row:
    """Places side by side along X, for objects that are ordered together and arrive one by one.

    start: of the first object, in the middle of its foot.
    """

    def __init__(self, start: Place) -> None:
        self._start = start
        self._edge: float | None = None

    def place_for(self, width: float, _depth: float = 0.0) -> Place:
        """Where the next object stands, which is that wide; each call is one object."""
        place = self.expected([width])[0]
        self._edge = place[0] + width / 2.0
        return place

    def expected(self, widths: Sequence[float]) -> list[Place]:
        """Where the next objects would stand, if they were that wide."""
        x, y, z = self._start
        edge, places = self._edge, list[Place]()
        for width in widths:
            middle = x if edge is None else edge + width * (GAP_SHARE + 0.5)
            edge = middle + width / 2.0
            places.append((middle, y, z))
        return places


def add_to_scene(
    new: bpy.types.Object,
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    collection: bpy.types.Collection | None = None,
) -> bool:
    """Link the object to `collection`, or else the active one, and select it alone; answers whether it was selected.

    Someone who meanwhile sculpts or edits another object keeps mode and selection: there the object only appears.
    """
    (collection or _collection_to_fill(scene, view_layer)).objects.link(new)
    busy = view_layer.objects.active is not None and view_layer.objects.active.mode != "OBJECT"
    if busy or not new.visible_get(view_layer=view_layer):
        return False
    for other in view_layer.objects.selected:
        other.select_set(False, view_layer=view_layer)
    new.select_set(True, view_layer=view_layer)
    view_layer.objects.active = new
    return True


def _collection_to_fill(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> bpy.types.Collection:
    """The active collection, or the scene's own where the active one is excluded, hidden or from a linked file."""
    active = view_layer.active_layer_collection
    if active is None or active.exclude or not active.is_visible or not active.collection.is_editable:
        return scene.collection
    return active.collection
