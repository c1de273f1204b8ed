# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes put together from boxes and balls, in Blender's axes."""

from __future__ import annotations

import itertools

import numpy as np

from triposr_addon.worker.mesh_file import Mesh

Triple = tuple[float, float, float]
SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


def box(middle: Triple, size: Triple) -> Mesh:
    corners = np.array(list(itertools.product((-0.5, 0.5), repeat=3))) * size + np.array(middle)
    triangles = [half for a, b, c, d in SIDES for half in ((a, b, c), (a, c, d))]
    return mesh_of(corners, triangles)


def ball(radius: float, rings: int = 48) -> Mesh:
    """Many triangles; open at neither pole."""
    down, round_ = np.meshgrid(np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, rings, False), indexing="ij")
    places = [np.sin(down) * np.cos(round_), np.sin(down) * np.sin(round_), np.cos(down)]
    vertices = radius * np.stack(places, axis=-1).reshape(-1, 3)
    triangles = []
    for row, column in itertools.product(range(rings - 1), range(rings)):
        a, b = row * rings + column, row * rings + (column + 1) % rings
        triangles += [(a, a + rings, b), (b, a + rings, b + rings)]
    return mesh_of(vertices, triangles)


def chair() -> Mesh:
    """Alike left and right, but not from front and back: a seat, a back behind (+Y), four legs."""
    legs = [box((x, y, -0.25), (0.07, 0.07, 0.5)) for x in (-0.25, 0.25) for y in (-0.2, 0.2)]
    return joined(box((0, 0, 0), (0.6, 0.5, 0.08)), box((0, 0.21, 0.3), (0.6, 0.08, 0.6)), *legs)


def joined(*meshes: Mesh) -> Mesh:
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    triangles = [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=False)]
    return mesh_of(np.concatenate([mesh.vertices for mesh in meshes]), np.concatenate(triangles))


def mesh_of(vertices: object, triangles: object) -> Mesh:
    places = np.array(vertices, np.float32)
    return Mesh(places, np.array(triangles, np.int32), np.full_like(places, 0.5))
