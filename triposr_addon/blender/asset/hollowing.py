# SPDX-License-Identifier: GPL-3.0-or-later
"""A solid becomes a shell: a second surface inside, at the thickness of the wall from the outer one."""

from __future__ import annotations

import numpy as np
from mathutils.bvhtree import BVHTree

from ..mesh_arrays import Doubles
from ..words import ui
from .failures import WallTooThin
from .level_surface import zero_surface
from .smoothing import smoothed
from .stage import Progress, Stage
from .surface import Surface, Truths
from .verdict import tree_of

MOST_STEPS = 120
"""Of the lattice along the longest side; a distance is asked at each of its points inside."""
STEPS_IN_A_WALL = 2.0
MOST_HITS = 1000
SMOOTHING = 3


def hollowed(surface: Surface, thickness: float) -> Stage[Surface]:
    """The surface with an inner one `thickness` metres below it, where there is room. It must be closed.

    The wall is nowhere thinner than asked for, to a tenth. Raises WallTooThin.
    """
    size = float(surface.size.max())
    step = min(thickness / STEPS_IN_A_WALL, size / 40.0)
    if step <= 0.0 or size / step > MOST_STEPS:
        raise WallTooThin(thickness, STEPS_IN_A_WALL * size / MOST_STEPS)
    tree, low = tree_of(surface), surface.vertices.min(axis=0) - 1.5 * step
    counts = np.ceil((surface.vertices.max(axis=0) + 1.5 * step - low) / step).astype(int) + 1
    yield Progress(ui("Hollow"), 0.1)
    inside = _inside(tree, low, step, counts)
    depth, reach = np.full(inside.shape, -thickness), thickness + 2.0 * step  # farther off nothing has to be known
    for number, column in enumerate(np.unique(np.argwhere(inside)[:, 0])):
        nodes = np.argwhere(inside[column])
        points = low + step * np.concatenate([np.full((len(nodes), 1), column), nodes], axis=1)
        found = [tree.find_nearest(point, reach)[3] for point in points.tolist()]
        depth[column][inside[column]] = [(reach if far is None else far) - thickness for far in found]
        yield Progress(ui("Hollow"), min(0.2 + 0.7 * number / counts[0], 0.9))
    if not (depth > 0.0).any():
        return surface
    vertices, triangles = zero_surface(depth)
    inner = smoothed(Surface(low + step * vertices, triangles), SMOOTHING)
    colours = None
    if surface.colours is not None:
        colours = np.tile(surface.colours.mean(axis=0), (len(vertices), 1)).astype(np.float32)
    return surface.with_more(inner.vertices, triangles + len(surface.vertices), colours)


def _inside(tree: BVHTree, low: Doubles, step: float, counts: Doubles) -> Truths:
    """Which nodes of the lattice lie within the surface, by counting how often an upright ray goes in and out."""
    inside = np.zeros(counts, bool)
    aside = np.array([1e-3, 1.7e-3]) * step  # a ray along an edge might meet both of its triangles, or neither
    nodes = step * np.arange(counts[2])
    for x, y in np.ndindex(int(counts[0]), int(counts[1])):
        foot = (*(low[:2] + step * np.array([x, y]) + aside).tolist(), float(low[2]))
        heights, ways = _hits(tree, foot, 1e-4 * step)
        if heights and sum(ways) == 0:
            inside[x, y] = np.concatenate([[0], np.cumsum(ways)])[np.searchsorted(heights, nodes)] > 0
    return inside


def _hits(tree: BVHTree, foot: tuple[float, float, float], gap: float) -> tuple[list[float], list[int]]:
    """How high above `foot` an upright ray meets the surface, and whether it goes in (1) or out (-1).

    gap: so far above a hit it goes on, or it would meet the same triangle again.
    """
    heights: list[float] = []
    ways: list[int] = []
    place, normal, _, _ = tree.ray_cast(foot, (0.0, 0.0, 1.0))
    while place is not None and len(heights) < MOST_HITS:
        height, upwards = float(place.z), normal is not None and normal.z > 0.0
        heights.append(height - foot[2])
        ways.append(-1 if upwards else 1)
        place, normal, _, _ = tree.ray_cast((foot[0], foot[1], height + gap), (0.0, 0.0, 1.0))
    return heights, ways
