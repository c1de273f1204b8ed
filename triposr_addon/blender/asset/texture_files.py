# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh that was laid out flat, in a file for the worker: see worker/asset/unwrapped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...host.failures import StorageUnwritable
from ..mesh_arrays import Doubles, Floats, Indices
from .failures import FacesTooWide

MOST_CORNERS = 4
"""Of a face that has a tangent space."""


def write_unwrapped(mesh: bpy.types.Mesh, to_field: Doubles, path: Path, *, tangents: bool) -> None:
    """The mesh with its active UV map. tangents: for a normal map; the mesh must have no face of more than four sides.

    Raises FacesTooWide, StorageUnwritable.
    """
    if tangents and max((len(face.vertices) for face in mesh.polygons), default=0) > MOST_CORNERS:
        raise FacesTooWide(mesh.name)
    corners = _triangle_corners(mesh)
    arrays: dict[str, Any] = {
        "vertices": read(mesh.vertices, "co", 3),
        "triangles": _read_triangles(mesh, "vertices"),
        "uvs": uvs_of(mesh)[corners],
        **_frames(mesh, corners, tangents),
        "to_field": to_field.astype(np.float64),
    }
    try:
        np.savez(path, **arrays)
    except OSError as error:
        raise StorageUnwritable(path.parent, error) from error


def uvs_of(mesh: bpy.types.Mesh) -> Floats:
    """The active UV map [corners, 2]."""
    return read(active_uvs(mesh).uv, "vector", 2)


def active_uvs(mesh: bpy.types.Mesh) -> bpy.types.MeshUVLoopLayer:
    """The active UV map; there must be one."""
    layer = mesh.uv_layers.active
    assert layer is not None
    return layer


def read(things: Any, name: str, width: int) -> Floats:
    """A property of all of them [n, width]."""
    flat = np.empty(width * len(things), np.float32)
    things.foreach_get(name, flat)
    return flat.reshape(-1, width)


def triangles_of(mesh: bpy.types.Mesh) -> Indices:
    """The vertices of its triangles [F, 3]."""
    mesh.calc_loop_triangles()
    return _read_triangles(mesh, "vertices")


def _triangle_corners(mesh: bpy.types.Mesh) -> Indices:
    mesh.calc_loop_triangles()
    return _read_triangles(mesh, "loops")


def _read_triangles(mesh: bpy.types.Mesh, name: str) -> Indices:
    flat = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get(name, flat)
    return flat.reshape(-1, 3)


def _frames(mesh: bpy.types.Mesh, corners: Indices, tangents: bool) -> dict[str, Floats]:
    """Normals and tangents of corners, as Blender's own renderers have them."""
    normals = read(mesh.corner_normals, "vector", 3)
    with_sign = np.zeros((len(normals), 4), np.float32)
    if tangents:
        mesh.calc_tangents()
        with_sign[:, :3] = read(mesh.loops, "tangent", 3)
        with_sign[:, 3:] = read(mesh.loops, "bitangent_sign", 1)
        mesh.free_tangents()
    return {"normals": normals[corners], "tangents": with_sign[corners]}
