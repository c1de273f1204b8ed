# SPDX-License-Identifier: GPL-3.0-or-later
"""Which loose parts of a mesh go: specks, and what nobody can see because it is enclosed."""

from __future__ import annotations

import numpy as np

from ..mesh_arrays import Doubles
from .surface import Numbers, Surface
from .topology import parts_of, volumes_of
from .verdict import tree_of

POINTS, DIRECTIONS = 16, 64
MOST_LOOKED_AT = 300
"""Parts for which it is asked whether they can be seen; there are never so many once the specks are gone."""


def without_specks(surface: Surface, smallest: float) -> tuple[Surface, int]:
    """Without parts of less than `smallest` (0..1) of the largest one's volume, and how many went.

    A thin part may be long and have little volume: one whose box is as large as that of a ball which would stay stays.
    """
    if smallest <= 0.0 or not len(surface.triangles):
        return surface, 0
    parts = parts_of(surface.triangles, len(surface.vertices))
    volumes = np.abs(volumes_of(surface.vertices, surface.triangles, parts))
    spans = _diagonals(surface, parts)
    kept = (volumes >= smallest * volumes.max()) | (spans > smallest ** (1.0 / 3.0) * spans.max())
    kept[volumes.argmax() if volumes.max() > 0.0 else spans.argmax()] = True
    return surface.with_triangles(surface.triangles[kept[parts]]), int((~kept).sum())


def without_hidden(surface: Surface, least_seen: float) -> tuple[Surface, int]:
    """Without parts that can be seen in less than `least_seen` (0..1) of all directions, and how many went.

    The largest part always stays.
    """
    if least_seen <= 0.0 or not len(surface.triangles):
        return surface, 0
    parts = parts_of(surface.triangles, len(surface.vertices))
    count = int(parts.max()) + 1
    if count == 1:
        return surface, 0
    sizes = _diagonals(surface, parts)
    looked_at = np.argsort(-sizes)[1 : MOST_LOOKED_AT + 1]
    seen = _seen_shares(surface, parts, looked_at)
    hidden = np.zeros(count, bool)
    hidden[looked_at[seen < least_seen]] = True
    return surface.with_triangles(surface.triangles[~hidden[parts]]), int(hidden.sum())


def _diagonals(surface: Surface, parts: Numbers) -> Doubles:
    """Of each part's box, metres."""
    order = np.argsort(parts, kind="stable")
    starts = np.flatnonzero(np.diff(parts[order], prepend=-1))
    corners = surface.vertices[surface.triangles[order]]
    low = np.minimum.reduceat(corners.min(axis=1), starts, axis=0)
    high = np.maximum.reduceat(corners.max(axis=1), starts, axis=0)
    lengths: Doubles = np.linalg.norm(high - low, axis=1)
    return lengths


def _seen_shares(surface: Surface, parts: Numbers, looked_at: Numbers) -> Doubles:
    """For each part the share of rays from its triangles that leave without meeting anything; of a lone ball 1."""
    tree, size = tree_of(surface), float(surface.size.max())
    directions, shares = _around(DIRECTIONS), []
    for part in looked_at:
        own = np.flatnonzero(parts == part)
        some = own[np.linspace(0, len(own) - 1, min(POINTS, len(own))).astype(np.int32)]
        middles = surface.vertices[surface.triangles[some]].mean(axis=1)
        free = sum(
            tree.ray_cast((point + 1e-5 * size * way).tolist(), way.tolist())[0] is None
            for point in middles
            for way in directions
        )
        shares.append(2.0 * free / (len(middles) * len(directions)))
    return np.array(shares)


def _around(count: int) -> Doubles:
    """Directions [count, 3] spread evenly, along a spiral of golden angles."""
    heights = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    turns = np.arange(count) * np.pi * (3.0 - np.sqrt(5.0))
    radii = np.sqrt(1.0 - heights**2)
    return np.stack([radii * np.cos(turns), radii * np.sin(turns), heights], axis=1)
