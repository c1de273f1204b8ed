# SPDX-License-Identifier: GPL-3.0-or-later
"""Vertices that are as good as one become one, and triangles that this leaves without area go."""

from __future__ import annotations

import itertools

import numpy as np

from .surface import Numbers, Surface
from .topology import degenerate, labels_of


def welded(surface: Surface, distance: float) -> Surface:
    """The surface with vertices joined that are no farther apart than `distance`, metres; 0 joins equal ones."""
    if not len(surface.vertices):
        return surface
    labels = labels_of(_near_pairs(surface, distance), len(surface.vertices))
    triangles = labels[surface.triangles]
    return surface.with_triangles(without_doubles(triangles[~degenerate(triangles)]))


def without_doubles(triangles: Numbers) -> Numbers:
    """Each triangle once; two of the same vertices that face opposite ways are a flap without volume, and both go."""
    if not len(triangles):
        return triangles
    ordered = np.sort(triangles, axis=1)
    _, first, group = np.unique(ordered, axis=0, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    if len(first) == len(triangles):
        return triangles
    lowest = np.argmin(triangles, axis=1)
    rows = np.arange(len(triangles))
    forwards = triangles[rows, (lowest + 1) % 3] < triangles[rows, (lowest + 2) % 3]
    balance = np.bincount(group, np.where(forwards, 1.0, -1.0))
    once: Numbers = triangles[np.sort(first[balance != 0.0])]
    return once


def _near_pairs(surface: Surface, distance: float) -> Numbers:
    """Pairs [P, 2] of vertices within the distance.

    Two such are in the same cell, twice as wide as the distance, of one of eight grids that are shifted by half a cell.
    """
    places = surface.vertices - surface.vertices.min(axis=0)
    cell = max(2.0 * distance, float(places.max()) * 1e-9, 1e-30)
    found = []
    for shift in itertools.product((0.0, 0.5), repeat=3):
        cells = np.floor(places / cell + np.array(shift)).astype(np.int64)
        spans = cells.max(axis=0) + 1
        keys = (cells[:, 0] * spans[1] + cells[:, 1]) * spans[2] + cells[:, 2]
        order = np.argsort(keys, kind="stable")
        pairs = np.stack([order[:-1], order[1:]], axis=1)[np.diff(keys[order]) == 0]
        apart = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
        found.append(pairs[apart <= distance])
    near: Numbers = np.concatenate(found).astype(np.int32)
    return near
