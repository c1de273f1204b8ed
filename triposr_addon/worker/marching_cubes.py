# SPDX-License-Identifier: GPL-3.0-or-later
"""Marching cubes (Lorensen and Cline, 1987) in torch: welded by construction, on any device, without a compiler.

The table of 256 cases is worked out here rather than copied. On each face of a cell the surface's segments follow from
that face's four corners alone, so the two cells that share a face agree and the surface has no cracks. Where the four
corners alternate, the segments keep the outside corners apart, as the reference's do. Segments chain to loops, loops
become triangles.

Corner c of a cell lies at (c & 1, c >> 1 & 1, c >> 2 & 1); case bit c says that corner c is inside.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

CORNERS = tuple((c & 1, c >> 1 & 1, c >> 2 & 1) for c in range(8))
EDGES = tuple((low, low | 1 << axis) for axis in range(3) for low in range(8) if not low >> axis & 1)
"""The 12 edges as (lower corner, upper corner): four along x, four along y, four along z."""

SMALLEST_SHARE = 1e-3
"""Vertices keep this share of an edge's length from its ends, so that no two of them coincide."""

Loop = tuple[int, ...]
Triangle = tuple[int, int, int]


@dataclass(frozen=True)
class Triangulation:
    """A surface whose vertices lie on lattice edges.

    starts: [V, 3] the node at each edge's lower end. axes: [V] the axis along which it leads, to the next node.
    lower_values, upper_values: [V] at its two ends. triangles: [F, 3], counter-clockwise seen from outside.
    """

    starts: Tensor
    axes: Tensor
    lower_values: Tensor
    upper_values: Tensor
    triangles: Tensor

    def linear_shares(self) -> Tensor:
        """How far along its edge each vertex lies [V], where the value would be 0 if it changed evenly."""
        shares = self.lower_values / (self.lower_values - self.upper_values)
        endless = torch.isinf(self.lower_values) | torch.isinf(self.upper_values)
        return within_edge(torch.where(endless, torch.full_like(shares, 0.5), shares))

    def vertices(self, shares: Tensor) -> Tensor:
        """Positions [V, 3] in lattice steps for shares [V]."""
        along = torch.nn.functional.one_hot(self.axes, 3)
        return self.starts + shares[:, None] * along


def within_edge(shares: Tensor) -> Tensor:
    """Keep shares off an edge's ends, so that no two vertices coincide."""
    return shares.clamp(SMALLEST_SHARE, 1.0 - SMALLEST_SHARE)


def triangulate(cells: Tensor, values: Tensor) -> Triangulation:
    """The surface between inside (value > 0) and outside in some cells of a lattice.

    cells: [M, 3] whole coordinates (>= 0) of each cell's corner 0. values: [M, 8] at its corners; shared corners must
    hold the same value in each cell. -inf stands for "outside, wherever that is": the surface is then half way.
    """
    table, counts = _table_on(cells.device)
    bits = torch.tensor([1 << corner for corner in range(8)], device=cells.device)
    cases = ((values > 0) * bits).sum(dim=1)
    cell_of = torch.repeat_interleave(torch.arange(len(cells), device=cells.device), 3 * counts[cases])
    slots = table[cases].flatten(1)  # [M, 3 T], -1 where unused
    edges = slots[slots >= 0]  # [3 F]
    lower, upper = (torch.tensor(ends, device=cells.device)[edges] for ends in zip(*EDGES, strict=True))
    starts = cells[cell_of] + torch.tensor(CORNERS, device=cells.device)[lower]
    axes = edges // 4
    first, triangles = _welded(_edge_keys(starts, axes))
    return Triangulation(
        starts=starts[first],
        axes=axes[first],
        lower_values=values[cell_of[first], lower[first]],
        upper_values=values[cell_of[first], upper[first]],
        triangles=triangles.view(-1, 3),
    )


def is_closed(triangles: Tensor) -> bool:
    """Whether every edge of triangles [F, 3] has exactly two of them, once in each direction."""
    if not len(triangles):
        return False
    first, second = triangles.flatten(), triangles[:, [1, 2, 0]].flatten()
    count = int(triangles.max()) + 1
    forth, times = torch.unique(first.long() * count + second, return_counts=True)
    back = torch.unique(second.long() * count + first)
    return bool((times == 1).all()) and torch.equal(forth, back)


def _welded(keys: Tensor) -> tuple[Tensor, Tensor]:
    """For equal keys [N] one index: (where each distinct key is first met, the distinct key's number for each)."""
    distinct, numbers = torch.unique(keys, return_inverse=True)
    places = torch.arange(len(keys), device=keys.device)
    first = torch.full((len(distinct),), len(keys), device=keys.device)
    return first.scatter_reduce(0, numbers, places, "amin"), numbers


def _edge_keys(starts: Tensor, axes: Tensor) -> Tensor:
    side = int(starts.max()) + 1 if len(starts) else 1
    x, y, z = starts.unbind(dim=1)
    return ((x * side + y) * side + z) * 3 + axes


# --- the table -------------------------------------------------------------------------------------------------------


@cache
def case_triangles() -> tuple[tuple[Triangle, ...], ...]:
    """For each of the 256 cases its triangles, as numbers of EDGES, counter-clockwise seen from outside."""
    return tuple(tuple(triangle for loop in case_loops(case) for triangle in _fan(loop)) for case in range(256))


def case_loops(case: int) -> list[Loop]:
    """The closed loops of the surface on a cell's faces, as numbers of EDGES."""
    following = dict(itertools.chain.from_iterable(_face_segments(face, case) for face in _faces()))
    loops = []
    while following:
        loop = [next(iter(following))]
        while (edge := following.pop(loop[-1])) != loop[0]:
            loop.append(edge)
        loops.append(tuple(loop))
    return loops


def _faces() -> Iterator[tuple[int, int, int, int]]:
    """The corners of each face, clockwise seen from outside the cell."""
    for axis, upper in itertools.product(range(3), (False, True)):
        across, down = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3
        base = (1 << axis) * upper
        ring = (base, base | across, base | across | down, base | down)
        yield ring[::-1] if upper else ring


def _face_segments(ring: Sequence[int], case: int) -> Iterator[tuple[int, int]]:
    """The surface's segments on one face: from each edge where the ring leaves the inside to where it enters again."""
    inside = [bool(case >> corner & 1) for corner in ring]
    for leaving in range(4):
        if not inside[leaving] or inside[(leaving + 1) % 4]:
            continue
        entering = leaving + 1
        while not inside[(entering + 1) % 4]:
            entering += 1
        yield _edge_between(ring, leaving), _edge_between(ring, entering)


def _edge_between(ring: Sequence[int], place: int) -> int:
    first, second = ring[place % 4], ring[(place + 1) % 4]
    return EDGES.index((min(first, second), max(first, second)))


def _fan(loop: Loop) -> list[Triangle]:
    """Triangles of a loop around that of its vertices whose diagonals lie least in the cell's faces.

    A diagonal in a face could meet the neighbour cell's, and an edge would have four triangles.
    """
    turns = [loop[turn:] + loop[:turn] for turn in range(len(loop))]
    apex, *ring = min(turns, key=lambda turn: sum(_share_a_face(turn[0], other) for other in turn[2:-1]))
    return [(apex, second, third) for second, third in itertools.pairwise(ring)]


def _share_a_face(edge: int, other: int) -> bool:
    corners = {*EDGES[edge], *EDGES[other]}
    return any(corners <= set(face) for face in _faces())


@cache
def _table_on(device: torch.device) -> tuple[Tensor, Tensor]:
    """case_triangles() as a tensor [256, T, 3], filled up with -1, and each case's number of triangles [256]."""
    cases = case_triangles()
    most = max(len(triangles) for triangles in cases)
    rows = [[*triangles, *[(-1, -1, -1)] * (most - len(triangles))] for triangles in cases]
    return torch.tensor(rows, device=device), torch.tensor([len(triangles) for triangles in cases], device=device)
