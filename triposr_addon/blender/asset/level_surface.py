# SPDX-License-Identifier: GPL-3.0-or-later
"""The closed surface where numbers on a lattice are zero, by marching tetrahedra.

Each cube is six tetrahedra around its main diagonal, in which a surface has no ambiguous case: it is always closed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from ..mesh_arrays import Doubles
from .surface import Numbers, Truths


def zero_surface(values: Doubles) -> tuple[Doubles, Numbers]:
    """Vertices [V, 3] in lattice steps and triangles [F, 3] that face where values [X, Y, Z] are positive.

    At the lattice's faces all values must have the same sign.
    """
    shape = np.array(values.shape)
    flat, positive = values.ravel(), values.ravel() > 0.0
    strides = np.array([shape[1] * shape[2], shape[2], 1])
    cells = _mixed_cells(values > 0.0) @ strides
    crossed = [_crossed(cells, positive, tetrahedron) for tetrahedron in _tetrahedra(strides)]
    pairs = np.concatenate(crossed)  # [F, 3, 2]: the ends of the lattice edge that a corner lies on
    ends = np.sort(pairs, axis=2)
    keys, triangles = np.unique(ends[..., 0] * len(flat) + ends[..., 1], return_inverse=True)
    one, other = keys // len(flat), keys % len(flat)
    part = (flat[one] / (flat[one] - flat[other]))[:, None].clip(0.1, 0.9)  # nearer to a node only slivers come
    places = np.stack(np.unravel_index(one, values.shape), axis=1) * (1.0 - part)
    places += np.stack(np.unravel_index(other, values.shape), axis=1) * part
    return places, triangles.reshape(-1, 3).astype(np.int32)


def _mixed_cells(positive: Truths) -> Numbers:
    """The lowest corners [n, 3] of the cells that the surface runs through."""
    parts = [
        positive[tuple(slice(start, start - 1 or None) for start in corner)]
        for corner in itertools.product((0, 1), repeat=3)
    ]
    number = sum(part.astype(np.int8) for part in parts)
    return np.argwhere((number > 0) & (number < 8))


def _tetrahedra(strides: Numbers) -> Iterator[Numbers]:
    """Offsets [4] of each one's corners from the cell's lowest; all wound alike."""
    for order in itertools.permutations(range(3)):
        corners = np.concatenate([[0], np.cumsum(strides[list(order)])])
        yield corners if _is_even((*order, 3)) else corners[[1, 0, 2, 3]]


def _crossed(cells: Numbers, positive: Truths, tetrahedron: Numbers) -> Numbers:
    """The triangles of one tetrahedron of each cell, as lattice edges [F, 3, 2]."""
    nodes = cells[:, None] + tetrahedron
    signs = positive[nodes]
    found = [np.zeros((0, 3, 2), np.int64)]
    for corners, lines in _CASES:
        fits = (signs == np.isin(np.arange(4), corners)).all(axis=1)
        found += [nodes[fits][:, np.array(line)] for line in lines]
    return np.concatenate(found)


def _is_even(order: Sequence[int]) -> bool:
    swaps = sum(order[i] > order[j] for i, j in itertools.combinations(range(4), 2))
    return swaps % 2 == 0


def _cases() -> Iterator[tuple[tuple[int, ...], list[list[tuple[int, int]]]]]:
    """Which corners are positive, and the triangles then: each three edges of the tetrahedron, by their corners."""
    for a in range(4):
        b, c, d = (corner for corner in range(4) if corner != a)
        if not _is_even((a, b, c, d)):
            c, d = d, c
        yield (a,), [[(a, b), (a, d), (a, c)]]
        yield (b, c, d), [[(a, b), (a, c), (a, d)]]
    for a, b in itertools.combinations(range(4), 2):
        c, d = (corner for corner in range(4) if corner not in (a, b))
        if not _is_even((a, b, c, d)):
            c, d = d, c
        yield (a, b), [[(a, c), (b, d), (a, d)], [(a, c), (b, c), (b, d)]]


_CASES = tuple(_cases())
