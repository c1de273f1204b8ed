# SPDX-License-Identifier: GPL-3.0-or-later
"""How far two surfaces are apart: from points all over each of them to the nearest place on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathutils.bvhtree import BVHTree

from ..mesh_arrays import Doubles
from .surface import Surface
from .verdict import tree_of

SAMPLES = 4000
"""Points on each surface, spread evenly by chance, beside its vertices."""


@dataclass(frozen=True)
class Deviation:
    """largest: of all distances, both ways, which is Hausdorff's. mean: of both ways. In % of the height."""

    largest: float
    mean: float


def deviation(finest: Surface, other: Surface) -> Deviation:
    """Of a surface from the finest one, whose height counts. 10,000 points take some 50 ms."""
    there = _distances(tree_of(finest), points_on(other, SAMPLES))
    back = _distances(tree_of(other), points_on(finest, SAMPLES))
    share = 100.0 / (float(finest.size[2]) or 1.0)
    return Deviation(share * float(max(there.max(), back.max())), share * float((there.mean() + back.mean()) / 2.0))


def points_on(surface: Surface, count: int) -> Doubles:
    """The vertices, but at most `count` of them, and `count` points [n, 3] spread evenly; the same ones each time."""
    chance = np.random.default_rng(0)
    corners = surface.vertices[surface.triangles]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    total = areas.sum()
    shares = areas / total if total > 0.0 else np.full(len(areas), 1.0 / len(areas))
    chosen = corners[chance.choice(len(areas), count, p=shares)]
    one, other = np.sqrt(chance.random((count, 1))), chance.random((count, 1))
    spread = chosen[:, 0] * (1.0 - one) + chosen[:, 1] * one * (1.0 - other) + chosen[:, 2] * one * other
    some = surface.vertices[:: max(1, -(-len(surface.vertices) // count))]
    points: Doubles = np.concatenate([some, spread])
    return points


def _distances(tree: BVHTree, points: Doubles) -> Doubles:
    return np.array([tree.find_nearest(point)[3] for point in points.tolist()])
