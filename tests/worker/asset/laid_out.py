# SPDX-License-Identifier: GPL-3.0-or-later
"""A ball whose six sides, as of a cube, lie beside each other in a picture; welded in space."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from triposr_addon.worker.asset.unwrapped import Unwrapped

TURNS = (
    np.array(((0, 0, 1), (1, 0, 0), (0, 1, 0))),
    np.array(((0, 0, -1), (0, 1, 0), (1, 0, 0))),
    np.array(((0, 1, 0), (0, 0, 1), (1, 0, 0))),
    np.array(((1, 0, 0), (0, 0, -1), (0, 1, 0))),
    np.array(((1, 0, 0), (0, 1, 0), (0, 0, 1))),
    np.array(((0, 1, 0), (1, 0, 0), (0, 0, -1))),
)
"""Of a side at the top, to where it belongs."""


def ball_in_six_charts(radius: float = 0.5, cuts: int = 8, gap: float = 0.01, right: float = 0.0) -> Unwrapped:
    """A ball around (right, 0, 0) in Blender's axes, of 12 * cuts**2 triangles. gap: around charts, of the picture."""
    steps = np.linspace(-1.0, 1.0, cuts + 1)
    across, up = np.meshgrid(steps, steps, indexing="ij")
    flat = np.stack([across, up, np.ones_like(across)], axis=-1).reshape(-1, 3)
    corner = np.arange(cuts)[:, None] * (cuts + 1) + np.arange(cuts)[None]
    a, b, c, d = (corner + offset for offset in (0, cuts + 1, cuts + 2, 1))
    square = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2).reshape(-1, 3)
    sides, uvs = [], []
    for number, turn in enumerate(TURNS):
        column, row = number % 3, number // 3
        low = np.array([column / 3 + gap, row / 2 + gap])
        uvs.append(low + (flat[:, :2] + 1) / 2 * (np.array([1 / 3, 1 / 2]) - 2 * gap))
        sides.append(flat @ turn.T)
    directions = np.concatenate(sides)
    triangles = np.concatenate([square + number * len(flat) for number in range(6)])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    welded, places = np.unique(np.rint(directions * 1e6).astype(np.int64), axis=0, return_inverse=True)
    smooth = (welded / 1e6).astype(np.float32)
    corners = places.reshape(-1)[triangles]
    normals = smooth[corners]
    return Unwrapped(
        vertices=radius * smooth,
        triangles=corners.astype(np.int32),
        uvs=np.concatenate(uvs)[triangles].astype(np.float32),
        normals=normals,
        tangents=np.concatenate([np.ones_like(normals), np.ones((*normals.shape[:2], 1), np.float32)], axis=2),
        to_field=np.array([[1, 0, 0, right], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], np.float64),
    )


def saved(mesh: Unwrapped, path: Path) -> Path:
    np.savez(path, **vars(mesh))
    return path
