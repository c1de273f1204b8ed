# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a new object stands: on its bottom centre, as tall as asked, at the 3D cursor, in the active collection."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import bpy
import numpy as np

from .mesh_arrays import Doubles, Floats, MeshArrays


@dataclass(frozen=True)
class Footing:
    """How field units become Blender's: `foot` [3] comes to the origin, then all is scaled by `scale`."""

    foot: Floats
    scale: float

    @property
    def matrix(self) -> Doubles:
        """The same as a matrix [4, 4]."""
        matrix = np.diag([self.scale] * 3 + [1.0])
        matrix[:3, 3] = -self.scale * self.foot.astype(np.float64)
        return matrix


def footing_of(mesh: MeshArrays, height: float) -> Footing:
    """What brings the bottom centre of the mesh's box to the origin and makes it `height` tall (Blender units, > 0).

    The mesh must have a height.
    """
    # A column at a time and in single precision: a sixth of the time that min(axis=0) and doubles take.
    low, high = (np.array([end(axis) for axis in mesh.vertices.T]) for end in (np.min, np.max))
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]], np.float32)
    return Footing(foot, height / float(high[2] - low[2]))


def stand_on_origin(mesh: MeshArrays, footing: Footing) -> MeshArrays:
    """Move and scale the mesh itself, so that the object's own scale stays 1."""
    standing = mesh.vertices - footing.foot
    standing *= np.float32(footing.scale)
    return dataclasses.replace(mesh, vertices=standing)


Place = tuple[float, float, float]

GAP_SHARE = 0.25
"""Of an object's width, left free before it in a row."""


class Row:
    """Places side by side along X, for objects that are ordered together and arrive one by one.

    start: of the first object, in the middle of its foot.
    """

    def __init__(self, start: Place) -> None:
        self._start = start
        self._edge: float | None = None

    def place_for(self, width: float) -> Place:
        """Where the next object stands, which is that wide; each call is one object."""
        x, y, z = self._start
        middle = x if self._edge is None else self._edge + width * (GAP_SHARE + 0.5)
        self._edge = middle + width / 2.0
        return (middle, y, z)


def add_at_cursor(new: bpy.types.Object, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> bool:
    """Link the object at the scene's 3D cursor and select it alone; answers whether it was selected.

    Someone who meanwhile sculpts or edits another object keeps mode and selection: there the object only appears.
    """
    _collection_to_fill(scene, view_layer).objects.link(new)
    new.location = scene.cursor.location
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
