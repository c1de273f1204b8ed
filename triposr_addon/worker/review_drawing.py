# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws a coloured mesh as a camera sees it: a z-buffer over all pixels that all triangles may cover, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triposr_addon.protocol import PhotoCamera
from triposr_addon.worker.mesh_file import Floats, Mesh
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.review_camera import camera_axes, pixels

SAMPLES = 2
"""Across and down in each pixel of a picture, for smooth edges."""

PAIRS_AT_ONCE = 1 << 21
"""Of a triangle and a pixel: some 200 MB on the way."""

LIGHT = np.array([-0.45, 0.65, 0.62], np.float32)
"""From above, left, and the camera (right, up, backward): the colours have the photo's light in them already."""
AMBIENT = 0.62

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Covered:
    """Pixels [N] (row * side + column) that a triangle covers, in front of all others; the triangle of each, and the
    weights [N, 3] of its corners there."""

    pixels: Ids
    triangles: Ids
    weights: Floats


def draw(mesh: Mesh, camera: PhotoCamera, side: int) -> RgbaPicture:
    """The mesh as `camera` sees it, lightly shaded, on nothing: RGBA [side, side, 4]."""
    fine = side * SAMPLES
    covered = cover(mesh, camera, fine)
    corners = mesh.triangles[covered.triangles]
    colours = _blended(mesh.colours, corners, covered.weights) * _shades(mesh, camera, corners, covered.weights)
    canvas = np.zeros((fine * fine, 4), np.float32)
    canvas[covered.pixels, :3] = colours
    canvas[covered.pixels, 3] = 1.0
    blocks = canvas.reshape(side, SAMPLES, side, SAMPLES, 4).sum(axis=(1, 3))
    alpha = blocks[..., 3:]
    picture = np.concatenate([blocks[..., :3] / np.maximum(alpha, 1.0), alpha / SAMPLES**2], axis=2)
    drawn: RgbaPicture = np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)
    return drawn


def silhouette(mesh: Mesh, camera: PhotoCamera, side: int) -> npt.NDArray[np.bool_]:
    """Which pixels' middles the mesh covers [side, side]."""
    mask = np.zeros(side * side, np.bool_)
    places, _ = pixels(mesh.vertices, camera, side)
    for _triangles, flat, _weights in _fragments(places, mesh.triangles, side):
        mask[flat] = True
    return mask.reshape(side, side)


def cover(mesh: Mesh, camera: PhotoCamera, side: int) -> Covered:
    """What is in front, pixel by pixel."""
    places, depths = pixels(mesh.vertices, camera, side)
    nearness = np.float32(1.0) / depths  # linear across the picture, unlike depth
    front = np.zeros(side * side, np.float32)
    triangle = np.full(side * side, -1, np.int64)
    weights = np.zeros((side * side, 3), np.float32)
    for triangles, flat, shares in _fragments(places, mesh.triangles, side):
        scaled = shares * nearness[mesh.triangles[triangles]]
        near = scaled.sum(axis=1)
        order = np.argsort(near, kind="stable")  # the nearest is written last
        order = order[near[order] > front[flat[order]]]
        front[flat[order]], triangle[flat[order]] = near[order], triangles[order]
        weights[flat[order]] = scaled[order] / near[order, None]
    found = np.flatnonzero(triangle >= 0)
    return Covered(found, triangle[found], weights[found])


def _fragments(places: Floats, triangles: npt.NDArray[np.int32], side: int) -> Iterator[tuple[Ids, Ids, Floats]]:
    """All pairs of a triangle and a pixel whose middle it covers: both' numbers [N], the corners' weights [N, 3]."""
    corners = places[triangles]
    low = np.clip(np.ceil(corners.min(axis=1) - 0.5), 0, side).astype(np.int64)
    high = np.clip(np.floor(corners.max(axis=1) - 0.5), -1, side - 1).astype(np.int64)
    sizes = np.maximum(high - low + 1, 0)
    counts = sizes[:, 0] * sizes[:, 1]
    ends = np.cumsum(counts)
    start = 0
    while start < len(triangles):
        done = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, done + PAIRS_AT_ONCE, "right")), start + 1)
        chosen = start + np.flatnonzero(counts[start:stop])
        start = stop
        if len(chosen):
            yield _inside(corners, chosen, low, sizes, side)


def _inside(corners: Floats, chosen: Ids, low: Ids, sizes: Ids, side: int) -> tuple[Ids, Ids, Floats]:
    counts = sizes[chosen, 0] * sizes[chosen, 1]
    which = np.repeat(chosen, counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    column, row = low[which, 0] + within % sizes[which, 0], low[which, 1] + within // sizes[which, 0]
    across, down = column.astype(np.float32) + np.float32(0.5), row.astype(np.float32) + np.float32(0.5)
    a, b, c = ((corners[which, corner, 0] - across, corners[which, corner, 1] - down) for corner in range(3))
    areas = _cross(b, c), _cross(c, a), _cross(a, b)
    whole = areas[0] + areas[1] + areas[2]
    sign = np.sign(whole)
    inside = np.flatnonzero(
        (areas[0] * sign >= 0.0) & (areas[1] * sign >= 0.0) & (areas[2] * sign >= 0.0) & (whole != 0.0)
    )
    shares = np.stack([area[inside] for area in areas], axis=1) / whole[inside, None]
    return which[inside], row[inside] * side + column[inside], shares


def _cross(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> Floats:
    return a[0] * b[1] - a[1] * b[0]


def _blended(values: Floats, corners: npt.NDArray[np.int32], weights: Floats) -> Floats:
    blended: Floats = np.einsum("nkc,nk->nc", values[corners], weights)
    return blended


def _shades(mesh: Mesh, camera: PhotoCamera, corners: npt.NDArray[np.int32], weights: Floats) -> Floats:
    """How bright each pixel is [N, 1]."""
    normals = _blended(_vertex_normals(mesh), corners, weights)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    towards = (LIGHT / np.linalg.norm(LIGHT)) @ camera_axes(camera.elevation, camera.azimuth)
    lit = np.maximum(normals @ towards, 0.0)[:, None]
    shades: Floats = np.float32(AMBIENT) + np.float32(1.1 - AMBIENT) * lit
    return shades


def _vertex_normals(mesh: Mesh) -> Floats:
    """Sums of the adjoining triangles' normals, weighted by area [V, 3]."""
    a, b, c = (mesh.vertices[mesh.triangles[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    count = len(mesh.vertices)
    summed = [
        sum(np.bincount(mesh.triangles[:, corner], across[:, axis], count) for corner in range(3)) for axis in range(3)
    ]
    return np.stack(summed, axis=1).astype(np.float32)
