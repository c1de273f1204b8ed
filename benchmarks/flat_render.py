# SPDX-License-Identifier: GPL-3.0-or-later
"""A small software renderer: flat triangles under one raking light, so that every unevenness shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

CLAY = np.array([0.86, 0.80, 0.72])
BACKGROUND = np.array([0.10, 0.11, 0.13])
SAMPLES = 2
"""Per pixel and axis."""
AMBIENT = 0.10


@dataclass(frozen=True)
class View:
    """Looks from `azimuth` and `elevation` (degrees; 0, 0 looks along -X, Z is up) at `centre`, `width` units wide.

    light: the direction to the light in the view's own axes: right, up, towards the eye.
    """

    azimuth: float
    elevation: float
    centre: tuple[float, float, float]
    width: float
    light: tuple[float, float, float] = (-0.92, 0.30, 0.25)


def render(vertices: Floats, triangles: Ints, view: View, pixels: int) -> NDArray[np.uint8]:
    """A square picture [pixels, pixels, 3] of vertices [V, 3] and triangles [F, 3], seen without perspective."""
    side = pixels * SAMPLES
    seen = (vertices.astype(np.float64) - np.array(view.centre)) @ _axes(view).T  # right, up, towards the eye
    corners = seen[triangles]
    shades = _shades(corners, np.array(view.light))
    screen = corners * [side / view.width, -side / view.width, 1.0] + [side / 2, side / 2, 0.0]
    nearest = _nearest_triangles(screen, side)
    picture = np.where((nearest >= 0)[..., None], shades[nearest], BACKGROUND)
    smoothed = picture.reshape(pixels, SAMPLES, pixels, SAMPLES, 3).mean(axis=(1, 3))
    encoded: NDArray[np.uint8] = np.rint(255.0 * smoothed.clip(0.0, 1.0) ** (1 / 2.2)).astype(np.uint8)
    return encoded


def _axes(view: View) -> Floats:
    """Rows: the view's right, up and towards the eye."""
    azimuth, elevation = math.radians(view.azimuth), math.radians(view.elevation)
    back = [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
    right = [-math.sin(azimuth), math.cos(azimuth), 0.0]
    return np.array([right, np.cross(back, right), back])


def _shades(corners: Floats, light: Floats) -> Floats:
    """Linear colours [F, 3]."""
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    lit = (normals @ (light / np.linalg.norm(light))).clip(0.0)
    shades: Floats = (AMBIENT + (1.0 - AMBIENT) * lit)[:, None] * CLAY
    return shades


def _nearest_triangles(screen: Floats, side: int) -> Ints:
    """For each pixel [side, side] the triangle nearest to the eye, -1 where there is none."""
    nearest = np.full(side * side, -1)
    found = [_covered(screen, chosen, reach, side) for chosen, reach in _by_reach(screen, side)]
    places, depths, numbers = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(depths, kind="stable")  # the nearest is written last
    nearest[places[order]] = numbers[order]
    return nearest.reshape(side, side)


def _by_reach(screen: Floats, side: int) -> Iterator[tuple[Ints, int]]:
    """The triangles in sight, dealt into groups by the pixels (a power of two) that their boxes reach across."""
    lowest, highest = screen[:, :, :2].min(axis=1), screen[:, :, :2].max(axis=1)
    in_sight = ((highest > 0) & (lowest < side)).all(axis=1)
    reach = 2 ** np.ceil(np.log2((highest - lowest).max(axis=1) + 2.0)).astype(int)
    for size in np.unique(reach[in_sight]):
        yield np.flatnonzero(in_sight & (reach == size)), int(size)


def _covered(screen: Floats, chosen: Ints, reach: int, side: int) -> tuple[Ints, Floats, Ints]:
    """Pixels, depths and triangles where pixel centres lie in the chosen triangles."""
    first, second, third = (screen[chosen, corner, None, None] for corner in range(3))  # [N, 1, 1, 3]
    start = np.floor(screen[chosen, :, :2].min(axis=1)).astype(int)
    x = start[:, 0, None, None] + np.arange(reach)[None, None]
    y = start[:, 1, None, None] + np.arange(reach)[None, :, None]

    def turn(a: Floats, b: Floats) -> Floats:
        ahead: Floats = (b[..., 0] - a[..., 0]) * (y + 0.5 - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
            x + 0.5 - a[..., 0]
        )
        return ahead

    shares = np.stack([turn(second, third), turn(third, first), turn(first, second)])
    total = shares.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):  # triangles seen from their edge cover nothing
        shares = shares / total
    inside = (shares >= 0.0).all(axis=0) & (x >= 0) & (x < side) & (y >= 0) & (y < side)
    depth = (shares * np.stack([first[..., 2], second[..., 2], third[..., 2]])).sum(axis=0)
    number = np.broadcast_to(chosen[:, None, None], inside.shape)
    return (y * side + x)[inside], depth[inside], number[inside]
