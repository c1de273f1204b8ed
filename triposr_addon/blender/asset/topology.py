# SPDX-License-Identifier: GPL-3.0-or-later
"""How triangles hang together: edges, parts, openings, handles. In numpy, a few tenths of a second for 200,000."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh_arrays import Doubles
from .surface import Numbers, Truths


@dataclass(frozen=True)
class Topology:
    """parts: connected through edges. open_edges: of one triangle alone. tangled_edges: of more than two triangles, or
    of two that face different ways. openings: loops of open edges. genus: handles of all parts; None where tangled.
    """

    parts: int
    open_edges: int
    tangled_edges: int
    openings: int
    genus: int | None

    @property
    def closed(self) -> bool:
        """Watertight: each edge is between two triangles that face the same way."""
        return self.parts > 0 and self.open_edges == 0 and self.tangled_edges == 0


def labels_of(pairs: Numbers, count: int) -> Numbers:
    """For each of `count` things a label [count], the same for those that pairs [P, 2] join, however far.

    Each round hangs every group onto a lower one that it touches, so the rounds grow with the logarithm of the size.
    """
    labels = np.arange(count, dtype=np.int32)
    while True:
        ends = labels[pairs]
        apart = ends[:, 0] != ends[:, 1]
        if not apart.any():
            return labels
        pairs, ends = pairs[apart], ends[apart]
        labels[ends.max(axis=1)] = ends.min(axis=1)
        while not np.array_equal(further := labels[labels], labels):
            labels = further


def directed_edges(triangles: Numbers) -> Numbers:
    """The three edges of each triangle [3 F, 2], in the order (0 1), (1 2), (2 0) of all triangles."""
    return np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])


def unique_edges(triangles: Numbers, count: int) -> Numbers:
    """Every edge once [E, 2], the lower vertex first, for `count` vertices."""
    ends = np.sort(directed_edges(triangles), axis=1).astype(np.int64)
    keys = np.unique(ends[:, 0] * count + ends[:, 1])
    edges: Numbers = np.stack([keys // count, keys % count], axis=1).astype(np.int32)
    return edges


def open_edges(triangles: Numbers, count: int) -> Numbers:
    """Directed edges [n, 2] that the mesh has in this direction alone."""
    edges = directed_edges(triangles)
    ends = np.sort(edges, axis=1).astype(np.int64)
    _, group = np.unique(ends[:, 0] * count + ends[:, 1], return_inverse=True)
    group = group.reshape(-1)
    forwards = edges[:, 0] < edges[:, 1]
    one_way = (np.bincount(group, forwards) == 0) | (np.bincount(group, ~forwards) == 0)
    found: Numbers = edges[one_way[group]]
    return found


def parts_of(triangles: Numbers, count: int) -> Numbers:
    """For each triangle the number of its part [F], 0, 1, ..; they hang together where they share a vertex."""
    labels = labels_of(directed_edges(triangles)[: 2 * len(triangles)], count)
    parts: Numbers = np.unique(labels[triangles[:, 0]], return_inverse=True)[1].reshape(-1).astype(np.int32)
    return parts


def volumes_of(vertices: Doubles, triangles: Numbers, parts: Numbers) -> Doubles:
    """The volume of each part; negative where it is turned inside out. Of an open part it is a guess."""
    corners = (vertices - vertices.mean(axis=0))[triangles]
    tetrahedra = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6.0
    volumes: Doubles = np.bincount(parts, tetrahedra).astype(np.float64)
    return volumes


def topology_of(triangles: Numbers, count: int) -> Topology:
    """Count what triangles [F, 3] of `count` vertices make."""
    if not len(triangles):
        return Topology(0, 0, 0, 0, 0)
    fans, tangled = _fans(triangles, count)
    whole = int(fans.max()) + 1
    edges = unique_edges(fans, whole)
    parts = len(np.unique(labels_of(edges, whole)))
    border = open_edges(fans, whole)
    openings = len(np.unique(labels_of(border, whole)[border[:, 0]])) if len(border) else 0
    euler = whole - len(edges) + len(triangles)
    genus = None if tangled else parts - (euler + openings) // 2
    return Topology(parts, len(border), tangled, openings, genus)


def _fans(triangles: Numbers, count: int) -> tuple[Numbers, int]:
    """The triangles [F, 3] with a vertex for each fan of triangles around one; and the number of tangled edges.

    Where two fans meet in one vertex, it is two: counted as one, it would look like half a handle.
    """
    edges, faces = directed_edges(triangles), len(triangles)
    ends = np.sort(edges, axis=1).astype(np.int64)
    keys = ends[:, 0] * count + ends[:, 1]
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    shared = np.diff(first, append=len(keys))
    one, other = order[first[shared == 2]], order[first[shared == 2] + 1]
    same_way = edges[one, 0] == edges[other, 0]
    tangled = int((shared > 2).sum() + same_way.sum())
    one, other = one[~same_way], other[~same_way]
    # Edge e of the list above belongs to triangle e % faces, and its ends are that triangle's corners.
    starts, stops = _corners(one, faces), _corners(other, faces)
    joined = np.concatenate([np.stack([starts[0], stops[1]], axis=1), np.stack([starts[1], stops[0]], axis=1)])
    labels = labels_of(joined.astype(np.int32), 3 * faces)
    return np.unique(labels, return_inverse=True)[1].reshape(-1, 3).astype(np.int32), tangled


def _corners(edges: Numbers, faces: int) -> tuple[Numbers, Numbers]:
    """The corners, counted through all triangles, at which edges begin and end."""
    triangle, side = edges % faces, edges // faces
    return 3 * triangle + side, 3 * triangle + (side + 1) % 3


def degenerate(triangles: Numbers) -> Truths:
    """Whether a triangle [F] has a vertex twice."""
    a, b, c = triangles.T
    found: Truths = (a == b) | (b == c) | (c == a)
    return found
