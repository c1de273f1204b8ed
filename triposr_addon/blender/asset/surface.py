# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh as arrays in metres, as the stages that work on its shape take and give it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

import bpy
import numpy as np
from numpy.typing import NDArray

from ..mesh_arrays import Doubles, Floats, MeshArrays
from ..mesh_object import COLOUR_ATTRIBUTE, refill
from ..placement import units_per_metre

Truths = NDArray[np.bool_]
Numbers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Surface:
    """vertices [V, 3] in metres along the object's own axes, triangles [F, 3], colours [V, 3] (sRGB, 0..1) or none."""

    vertices: Doubles
    triangles: Numbers
    colours: Floats | None = None

    @property
    def size(self) -> Doubles:
        """Of its box [3], metres; of nothing 0."""
        return np.ptp(self.vertices, axis=0) if len(self.vertices) else np.zeros(3)

    def with_triangles(self, triangles: Numbers) -> Surface:
        """These triangles alone, without the vertices that no one of them uses."""
        used = np.zeros(len(self.vertices), bool)
        used[triangles.ravel()] = True
        return self.only(used, triangles)

    def only(self, kept: Truths, triangles: Numbers) -> Surface:
        """The vertices that are kept [V], and triangles that use no other."""
        numbers = np.cumsum(kept, dtype=np.int32) - np.int32(1)
        colours = self.colours[kept] if self.colours is not None else None
        return Surface(self.vertices[kept], numbers[triangles], colours)

    def with_more(self, vertices: Doubles, triangles: Numbers, colours: Floats | None) -> Surface:
        """More vertices behind those there are, and more triangles; `triangles` count from the first of all."""
        mixed = np.vstack([self.colours, colours]) if self.colours is not None and colours is not None else None
        return Surface(np.vstack([self.vertices, vertices]), np.vstack([self.triangles, triangles]), mixed)

    def moved_to(self, vertices: Doubles) -> Surface:
        """The same with its vertices elsewhere."""
        return dataclasses.replace(self, vertices=vertices)


def metres_per_unit(thing: bpy.types.Object, scene: bpy.types.Scene) -> Doubles:
    """What a unit of the object's mesh is along each of its axes [3], metres: its scale, and the scene's units."""
    return np.abs(np.array(thing.matrix_world.to_scale(), np.float64)) / units_per_metre(scene)


def surface_of(mesh: bpy.types.Mesh, scale: Doubles) -> Surface:
    """What a mesh is without modifiers; scale [3]: see metres_per_unit."""
    places = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", places)
    mesh.calc_loop_triangles()
    triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    return Surface(places.reshape(-1, 3).astype(np.float64) * scale, triangles.reshape(-1, 3), colours_of(mesh))


def colours_of(mesh: bpy.types.Mesh) -> Floats | None:
    """The active colours of a mesh at its vertices [V, 3]; the mean where each corner has its own; None for none."""
    layer: Any = mesh.color_attributes.active_color or mesh.color_attributes.get(COLOUR_ATTRIBUTE)
    if layer is None or not len(mesh.loops):
        return None
    flat = np.empty(4 * len(layer.data), np.float32)
    layer.data.foreach_get("color_srgb", flat)
    colours = flat.reshape(-1, 4)[:, :3].clip(0.0, 1.0)
    if layer.domain == "POINT":
        return colours
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    counts = np.bincount(corners, minlength=len(mesh.vertices)).clip(1)
    sums = [np.bincount(corners, colours[:, channel], len(mesh.vertices)) for channel in range(3)]
    return cast("Floats", (np.stack(sums, axis=1) / counts[:, None]).astype(np.float32))


def write_surface(mesh: bpy.types.Mesh, surface: Surface, scale: Doubles) -> None:
    """Put a surface into a mesh; its name, materials and properties stay. It must not have shape keys."""
    colours = surface.colours
    shown = colours if colours is not None else np.ones((len(surface.vertices), 3), np.float32)
    refill(mesh, MeshArrays((surface.vertices / scale).astype(np.float32), surface.triangles.astype(np.int32), shown))
    if colours is None:
        mesh.attributes.remove(mesh.attributes[COLOUR_ATTRIBUTE])
