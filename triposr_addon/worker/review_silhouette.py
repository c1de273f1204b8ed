# SPDX-License-Identifier: GPL-3.0-or-later
"""Silhouettes from points: fast enough to try hundreds of cameras. Points are spread evenly over the surface, and a
pixel is covered where one of them lies; the cut-out is put into pixels in the same way, so both are as much too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triposr_addon.worker.mesh_file import Floats, Mesh

Mask = npt.NDArray[np.bool_]

GOLDEN = 0.6180339887498949
PLASTIC = 0.7548776662466927
"""Steps of sequences that fill a line, and a square, evenly."""


@dataclass(frozen=True)
class Target:
    """A cut-out's silhouette: `mask` [side, side], and its box in shares of the side from the middle (right, up)."""

    mask: Mask
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @property
    def side(self) -> int:
        """In pixels."""
        return len(self.mask)


def points_on(mesh: Mesh, count: int) -> Floats:
    """Points [count, 3] on the mesh, as many on each bit of its area, the same ones each time."""
    a, b, c = (mesh.vertices[mesh.triangles[:, corner]] for corner in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1).astype(np.float64)
    places = (np.arange(count) + 0.5) / count * areas.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(areas), places), len(areas) - 1)
    numbers = np.arange(count)
    u, v = (numbers * GOLDEN) % 1.0, (numbers * PLASTIC) % 1.0
    folded = u + v > 1.0
    u, v = np.where(folded, 1.0 - u, u)[:, None], np.where(folded, 1.0 - v, v)[:, None]
    start = a[chosen]
    points: Floats = (start + u * (b[chosen] - start) + v * (c[chosen] - start)).astype(np.float32)
    return points


def target_of(mask: Mask, side: int) -> Target:
    """A square mask [N, N] in `side` pixels: covered is what the subject touches."""
    rows, columns = np.nonzero(mask)
    scale = len(mask)
    touched = np.zeros((side, side), np.bool_)
    touched[rows * side // scale, columns * side // scale] = True
    low = np.array([columns.min() / scale - 0.5, 0.5 - (rows.max() + 1) / scale])
    high = np.array([(columns.max() + 1) / scale - 0.5, 0.5 - rows.min() / scale])
    return Target(touched, low, high)


def touched_pixels(places: Floats, side: int) -> Mask:
    """The pixels [side, side] in which places [N, 2] (shares of the side from the middle, right and up) lie."""
    columns = ((places[:, 0] + np.float32(0.5)) * np.float32(side)).astype(np.int32)
    rows = ((np.float32(0.5) - places[:, 1]) * np.float32(side)).astype(np.int32)
    inside = (columns >= 0) & (columns < side) & (rows >= 0) & (rows < side)
    mask = np.zeros(side * side, np.bool_)
    mask[(rows * side + columns)[inside]] = True
    return mask.reshape(side, side)


def overlap(one: Mask, other: Mask) -> float:
    """What both cover as a share of what either covers, 0..1; 0 where neither covers anything."""
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 0.0
