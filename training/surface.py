# SPDX-License-Identifier: GPL-3.0-or-later
"""Points on an object's surface, with their unlit colours."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from training.objects.builder import SolidObject
from training.objects.distance import distance_and_owner, gradient
from training.objects.material import albedo

Float = NDArray[np.float32]
TOLERANCE = 0.004
"""A point this near (object or field units) counts as on the surface."""

_compile = njit(fastmath=True, cache=True, error_model="numpy")


@_compile
def _project(primitives: Float, groups: Float, polygons: Float, starts: Float, out: Float) -> int:
    found = 0
    for i in range(starts.shape[0]):
        x, y, z = starts[i, 0], starts[i, 1], starts[i, 2]
        d, _ = distance_and_owner(primitives, groups, polygons, x, y, z)
        for _ in range(6):
            if abs(d) < np.float32(0.001):
                break
            n = gradient(primitives, groups, polygons, x, y, z, np.float32(0.002))
            x, y, z = x - d * n[0], y - d * n[1], z - d * n[2]
            d, _ = distance_and_owner(primitives, groups, polygons, x, y, z)
        if abs(d) < TOLERANCE:
            out[found, 0], out[found, 1], out[found, 2] = x, y, z
            found += 1
            if found == out.shape[0]:
                break
    return found


@_compile
def _colours(primitives: Float, groups: Float, polygons: Float, materials: Float, points: Float) -> Float:
    out = np.empty((points.shape[0], 3), np.float32)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        _, owner = distance_and_owner(primitives, groups, polygons, x, y, z)
        row = primitives[owner]
        albedo(materials[int(row[22])], row, x, y, z, out[i])
    return out


def bounds(thing: SolidObject) -> tuple[Float, Float]:
    """Low and high corners [3] of the groups' bounding spheres."""
    centre, radius = thing.groups[:, 2:5], thing.groups[:, 5:]
    return (centre - radius).min(0), (centre + radius).max(0)


def surface_points(thing: SolidObject, count: int, seed: int) -> Float:
    """`count` points [count, 3] on the surface: random ones of the neighbourhood, moved along the gradient.

    Half start around the groups, so that small parts are met. Raises ValueError for an object without a surface.
    """
    rng = np.random.default_rng(seed)
    low, high = bounds(thing)
    found: list[Float] = []
    total = 0
    for _ in range(20):
        starts = rng.uniform(low, high, (count, 3))
        pick = thing.groups[rng.integers(len(thing.groups), size=count // 2)]
        starts[: count // 2] = pick[:, 2:5] + rng.uniform(-1, 1, (count // 2, 3)) * pick[:, 5:]
        rng.shuffle(starts)
        out = np.empty((count, 3), np.float32)
        got = _project(thing.primitives, thing.groups, thing.polygons, starts.astype(np.float32), out)
        found.append(out[:got])
        total += got
        if total >= count:
            return np.concatenate(found)[:count]
    raise ValueError(f"{thing.name}: no surface found")


def surface_colours(thing: SolidObject, points: Float) -> Float:
    """Unlit sRGB colours [N, 3] in 0..1 at surface points [N, 3]."""
    return np.asarray(_colours(thing.primitives, thing.groups, thing.polygons, thing.materials, points))
