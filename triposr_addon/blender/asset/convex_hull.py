# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex hulls of points, with few vertices where that is wanted, and the smallest box around them."""

from __future__ import annotations

import bmesh
import numpy as np

from ..mesh_arrays import Doubles
from .surface import Numbers, Surface
from .topology import volumes_of


def hull_of(points: Doubles) -> Surface | None:
    """The convex hull of points [N, 3]; None where they lie in a plane, or are fewer than four."""
    middle, size = points.mean(axis=0), float(np.ptp(points, axis=0).max())
    if len(points) < 4 or np.linalg.matrix_rank((points - middle) / (size or 1.0), tol=1e-5) < 3:
        return None
    mesh = bmesh.new()
    try:
        vertices = [mesh.verts.new(point) for point in ((points - middle) / size).tolist()]
        made = bmesh.ops.convex_hull(mesh, input=vertices, use_existing_faces=False)
        left = {part for part in made["geom_interior"] + made["geom_unused"] if isinstance(part, bmesh.types.BMVert)}
        bmesh.ops.delete(mesh, geom=list(left), context="VERTS")
        bmesh.ops.triangulate(mesh, faces=mesh.faces[:])
        mesh.verts.index_update()
        places = np.array([vertex.co for vertex in mesh.verts]).reshape(-1, 3) * size + middle
        triangles = np.array([[vertex.index for vertex in face.verts] for face in mesh.faces], np.int32).reshape(-1, 3)
    finally:
        mesh.free()
    return Surface(places, triangles) if len(triangles) > 3 else None


def hull_with_few(points: Doubles, most: int) -> Surface | None:
    """A hull of at most `most` (4 or more) of the points, chosen so that it comes near that of all.

    It begins with four that are far apart, takes the point that lies farthest outside, again and again, and then grows
    around its middle until it holds as much as the hull of all. None where hull_of gives None.
    """
    whole = hull_of(points)
    if whole is None or len(whole.vertices) <= most:
        return whole
    corners = whole.vertices
    chosen = _first_four(corners)
    while len(chosen) < most:
        hull = hull_of(corners[chosen])
        if hull is None:
            return whole
        outside = _heights_above(hull, corners)
        if outside.max() <= 0.0:
            break
        chosen.append(int(outside.argmax()))
    few = hull_of(corners[chosen])
    return _grown(few, volume_of(whole)) if few is not None else whole


def _grown(hull: Surface, volume: float) -> Surface:
    middle = hull.vertices.mean(axis=0)
    return hull.moved_to(middle + (hull.vertices - middle) * (volume / volume_of(hull)) ** (1.0 / 3.0))


def volume_of(surface: Surface) -> float:
    """Of a closed surface."""
    return float(volumes_of(surface.vertices, surface.triangles, np.zeros(len(surface.triangles), np.int32))[0])


def box_around(points: Doubles) -> Surface:
    """The smallest box [8 vertices] around the points of those that lie flat on a face of their hull."""
    hull = hull_with_few(points, 48)
    axes = [np.eye(3)] if hull is None else [np.eye(3), *_frames(hull)]
    spans = [np.ptp(points @ frame.T, axis=0) for frame in axes]
    frame = axes[int(np.argmin([span.prod() for span in spans]))]
    low, high = (points @ frame.T).min(axis=0), (points @ frame.T).max(axis=0)
    corners = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)]) * (high - low) + low
    sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
    triangles = np.array([t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))], np.int32)
    return Surface(corners @ frame, triangles)


def _first_four(corners: Doubles) -> list[int]:
    """Numbers of four points that span as much as four can, about."""
    first = int(corners[:, 2].argmin())
    second = int(np.linalg.norm(corners - corners[first], axis=1).argmax())
    along = corners[second] - corners[first]
    third = int(np.linalg.norm(np.cross(corners - corners[first], along), axis=1).argmax())
    normal = np.cross(along, corners[third] - corners[first])
    return [first, second, third, int(np.abs((corners - corners[first]) @ normal).argmax())]


def _heights_above(hull: Surface, points: Doubles) -> Doubles:
    """How far each point [N] lies outside the hull, over the plane that it is highest above."""
    normals, offsets = _planes(hull.vertices, hull.triangles)
    heights: Doubles = (points @ normals.T - offsets).max(axis=1) - 1e-9 * float(hull.size.max())
    return heights


def _planes(vertices: Doubles, triangles: Numbers) -> tuple[Doubles, Doubles]:
    corners = vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True).clip(1e-30)
    return normals, np.einsum("ij,ij->i", normals, corners[:, 0])


def _frames(hull: Surface) -> list[Doubles]:
    """Right-handed axes [3, 3] along each face of the hull and each of its edges."""
    corners = hull.vertices[hull.triangles]
    frames = []
    for a, b, c in corners:
        normal = np.cross(b - a, c - a)
        for edge in (b - a, c - b, a - c):
            side = np.cross(normal, edge)
            rows = np.stack([edge, side, normal])
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            if lengths.min() > 0.0:
                frames.append(rows / lengths)
    return frames
