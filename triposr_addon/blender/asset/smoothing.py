# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing in the way of Taubin (1995), which lets slow waves of the surface pass; then the volume is put right."""

from __future__ import annotations

import numpy as np

from ..mesh_arrays import Doubles
from .surface import Numbers, Surface
from .topology import unique_edges, volumes_of

INWARDS, OUTWARDS = 0.5, -0.53


def smoothed(surface: Surface, steps: int) -> Surface:
    """After so many steps, each inwards and outwards. Its volume is as before, to a thousandth, where it has one."""
    if steps <= 0 or not len(surface.triangles):
        return surface
    edges = unique_edges(surface.triangles, len(surface.vertices))
    ends, starts, numbers = _neighbours(edges, len(surface.vertices))
    places = surface.vertices
    lonely = numbers == 0
    for _ in range(steps):
        for share in (INWARDS, OUTWARDS):
            sums = np.add.reduceat(places[ends], starts, axis=0)
            step = share * (sums / numbers.clip(1)[:, None] - places)
            step[lonely] = 0.0
            places = places + step
    return _with_volume_of(surface, surface.moved_to(places))


def _neighbours(edges: Numbers, count: int) -> tuple[Numbers, Numbers, Numbers]:
    """Each vertex's neighbours, one vertex's after the other's; where each one's begin; how many each has."""
    one, other = np.concatenate([edges, edges[:, ::-1]]).T
    numbers = np.bincount(one, minlength=count)
    ends = other[np.argsort(one, kind="stable")]
    starts = (numbers.cumsum() - numbers).clip(max=max(len(ends) - 1, 0))
    return ends, starts, numbers


def _with_volume_of(before: Surface, after: Surface) -> Surface:
    """Every vertex a little further out, or in, until the volume is as before; nothing where there is none."""
    wanted = _volume(before)
    places = after.vertices
    for _ in range(2):
        corners = places[after.triangles]
        twice = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = float(np.linalg.norm(twice, axis=1).sum()) / 2.0
        lacking = wanted - _volume(after.moved_to(places))
        if area == 0.0 or abs(lacking) > 0.2 * abs(wanted):
            return after  # an open sheet: it has no volume that could be kept
        places = places + _normals(twice, after.triangles, len(places)) * (lacking / area)
    return after.moved_to(places)


def _volume(surface: Surface) -> float:
    return float(volumes_of(surface.vertices, surface.triangles, np.zeros(len(surface.triangles), np.int32))[0])


def _normals(twice: Doubles, triangles: Numbers, count: int) -> Doubles:
    """Of the vertices [V, 3], from twice the area vectors of the triangles."""
    sums = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(twice[:, axis], 3), count) for axis in range(3)],
        axis=1,
    )
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    normals: Doubles = sums / np.where(lengths > 0.0, lengths, 1.0)
    return normals
