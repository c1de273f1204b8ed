# SPDX-License-Identifier: GPL-3.0-or-later
"""Cutting a mesh along a plane: a flat base, and one half that becomes the mirror image of the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..mesh_arrays import Doubles
from .openings import loops_of, with_flat_lids
from .surface import Numbers, Surface, Truths
from .topology import unique_edges
from .welding import without_doubles

TOUCHING = 1e-4
"""Of the size: vertices nearer to the plane than that are put onto it, so that no slivers come of them."""


def with_flat_base(surface: Surface, share: float) -> Surface:
    """Without what lies below this share (0..1) of the height, and the cut closed flat."""
    if share <= 0.0 or not len(surface.triangles):
        return surface
    low, height = float(surface.vertices[:, 2].min()), float(surface.size[2])
    return _closed(*_cut(surface, axis=2, at=low + share * height, sign=1.0))


def symmetrised(surface: Surface, keep: float) -> Surface:
    """The half towards +X (`keep` 1) or -X (-1) and its mirror image; the plane goes through the middle of the box."""
    if not len(surface.triangles):
        return surface
    middle = float(surface.vertices[:, 0].min() + surface.vertices[:, 0].max()) / 2.0
    half, on_plane = _cut(surface, axis=0, at=middle, sign=keep)
    mirrored = half.vertices[~on_plane].copy()
    mirrored[:, 0] = 2.0 * middle - mirrored[:, 0]
    numbers = np.arange(len(half.vertices), dtype=np.int32)
    numbers[~on_plane] = len(half.vertices) + np.arange(len(mirrored), dtype=np.int32)
    colours = half.colours[~on_plane] if half.colours is not None else None
    whole = half.with_more(mirrored, numbers[half.triangles[:, ::-1]], colours)
    return whole.with_triangles(without_doubles(whole.triangles))


def halves(surface: Surface, axis: int, at: float) -> tuple[Surface, Surface]:
    """What lies above and below a plane across an axis (0, 1, 2), both open at the cut."""
    return _cut(surface, axis, at, 1.0)[0], _cut(surface, axis, at, -1.0)[0]


def closed_halves(surface: Surface, axis: int, at: float) -> tuple[Surface, Surface]:
    """The same, closed along the plane where the surface was closed."""
    above, below = (_cut(surface, axis, at, sign) for sign in (1.0, -1.0))
    return _closed(*above), _closed(*below)


def _closed(cut: Surface, on_plane: Truths) -> Surface:
    loops = [loop for loop in loops_of(cut) if on_plane[loop].all()]
    return with_flat_lids(cut, loops) if loops else cut


def _cut(surface: Surface, axis: int, at: float, sign: float) -> tuple[Surface, Truths]:
    """What lies where `sign` * (coordinate - at) is positive, open at the cut; and which vertices lie on the plane."""
    distance = sign * (surface.vertices[:, axis] - at)
    distance[np.abs(distance) < TOUCHING * surface.size.max()] = 0.0
    snapped = surface.vertices.copy()
    snapped[distance == 0.0, axis] = at
    whole = _with_crossings(surface.moved_to(snapped), distance, axis, at)
    middle = len(surface.vertices)
    on_plane = np.concatenate([distance == 0.0, np.ones(len(whole.vertices) - middle, bool)])
    used = np.zeros(len(whole.vertices), bool)
    used[whole.triangles.ravel()] = True
    return whole.with_triangles(whole.triangles), on_plane[used]


def _with_crossings(surface: Surface, distance: Doubles, axis: int, at: float) -> Surface:
    """With a vertex wherever an edge crosses the plane, and only the triangles on its positive side."""
    count, triangles = len(surface.vertices), surface.triangles
    signs = np.sign(distance).astype(np.int8)
    edges = unique_edges(triangles[np.ptp(signs[triangles], axis=1) == 2], count)
    edges = edges[signs[edges[:, 0]] * signs[edges[:, 1]] < 0]
    one, other = distance[edges[:, 0]], distance[edges[:, 1]]
    part = (one / (one - other))[:, None] if len(edges) else np.zeros((0, 1))
    added = surface.vertices[edges[:, 0]] * (1.0 - part) + surface.vertices[edges[:, 1]] * part
    added[:, axis] = at
    mixed = None
    if surface.colours is not None:
        mixed = (surface.colours[edges[:, 0]] * (1.0 - part) + surface.colours[edges[:, 1]] * part).astype(np.float32)
    keys = edges[:, 0].astype(np.int64) * count + edges[:, 1]

    def crossing(starts: Numbers, ends: Numbers) -> Numbers:
        wanted = np.minimum(starts, ends).astype(np.int64) * count + np.maximum(starts, ends)
        return (count + np.searchsorted(keys, wanted)).astype(np.int32)

    kept = _pieces(triangles, signs, crossing)
    grown = surface.with_more(added, np.zeros((0, 3), np.int32), mixed)
    return Surface(grown.vertices, kept, grown.colours)


def _pieces(triangles: Numbers, signs: Numbers, crossing: Callable[[Numbers, Numbers], Numbers]) -> Numbers:
    """The triangles, whole or cut, on the positive side."""
    low, high = signs[triangles].min(axis=1), signs[triangles].max(axis=1)
    pieces = [triangles[(low >= 0) & (high > 0)]]
    cut = triangles[(low < 0) & (high > 0)]
    for turn in range(3):
        a, b, c = np.roll(cut, -turn, axis=1).T
        sa, sb, sc = signs[a], signs[b], signs[c]
        for these, corners in (
            ((sa > 0) & (sb < 0) & (sc < 0), (("a",), ("a", "b"), ("a", "c"))),
            ((sa < 0) & (sb > 0) & (sc > 0), (("a", "b"), ("b",), ("c",))),
            ((sa < 0) & (sb > 0) & (sc > 0), (("a", "b"), ("c",), ("a", "c"))),
            ((sa == 0) & (sb > 0) & (sc < 0), (("a",), ("b",), ("b", "c"))),
            ((sa == 0) & (sb < 0) & (sc > 0), (("a",), ("b", "c"), ("c",))),
        ):
            named = {"a": a[these], "b": b[these], "c": c[these]}
            columns = [named[x[0]] if len(x) == 1 else crossing(named[x[0]], named[x[1]]) for x in corners]
            pieces.append(np.stack(columns, axis=1).astype(np.int32))
    return np.concatenate(pieces)
