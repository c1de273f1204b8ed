# SPDX-License-Identifier: GPL-3.0-or-later
"""Marching cubes (Lorensen and Cline, 1987) in torch: welded by construction, on any device, without a compiler.

The table of 256 cases is worked out here rather than copied. On each face of a cell the surface's segments follow from
that face's four corners alone, so the two cells that share a face agree and the surface has no cracks. Where the four
corners alternate, the segments keep the outside corners apart, as the reference's do. Segments chain to loops, loops
become triangles.

Corners are numbered as in CORNERS; case bit c says that corner c is inside.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from triposr_addon.worker.bricks import Bricks, Points
from triposr_addon.worker.crossed_cells import CORNERS, CrossedCells, cases

EDGES = tuple((low, low | 1 << axis) for axis in range(3) for low in range(8) if not low >> axis & 1)
"""The 12 edges as (lower corner, upper corner): four along x, four along y, four along z."""

SMALLEST_SHARE = 8e-4
"""Vertices keep this share of an edge's length from its ends, so that no two of them coincide."""

Loop = tuple[int, ...]
Triangle = tuple[int, int, int]


@dataclass(frozen=True)
class Triangulation:
    """A surface whose vertices lie on lattice edges.

    starts: [V, 3] the node at each edge's lower end. axes: [V] the axis along which it leads, to the next node.
    lower_values, upper_values: [V] at its two ends. triangles: [F, 3] int32, counter-clockwise seen from outside.
    """

    starts: Tensor
    axes: Tensor
    lower_values: Tensor
    upper_values: Tensor
    triangles: Tensor

    def linear_shares(self) -> Tensor:
        """How far along its edge each vertex lies [V], where the value would be 0 if it changed evenly."""
        return self._even_shares(self.lower_values, self.upper_values)

    def density_shares(self) -> Tensor:
        """The same where exp(value), the density in thresholds, changes evenly: the reference's way."""
        return self._even_shares(torch.expm1(self.lower_values), torch.expm1(self.upper_values))

    def nearer_shares(self, shares: Tensor, found: Tensor) -> Tensor:
        """One secant step from `shares` [V], where the values are `found` [V]; it stays where the sign changes."""
        upwards = shares + (1.0 - shares) * found / (found - self.upper_values)
        downwards = shares * self.lower_values / (self.lower_values - found)
        nearer = within_edge(torch.where((found > 0) == (self.lower_values > 0), upwards, downwards))
        return torch.where(self._leads_outside(), shares, nearer)

    def _even_shares(self, lower: Tensor, upper: Tensor) -> Tensor:
        shares = lower / (lower - upper)
        return within_edge(shares.masked_fill(self._leads_outside(), 0.5))

    def _leads_outside(self) -> Tensor:
        return torch.isinf(self.lower_values) | torch.isinf(self.upper_values)

    def only(self, kept: Tensor) -> Triangulation:
        """The surface without the vertices that are not `kept` [V], and without all triangles at them."""
        numbers = kept.cumsum(0, dtype=torch.int32) - 1
        corners = self.triangles.long()
        triangles = numbers[corners[kept[corners].all(dim=1)]]
        places = kept.nonzero().squeeze(1)
        of_vertices = (self.starts, self.axes, self.lower_values, self.upper_values)
        starts, axes, lower_values, upper_values = (part.index_select(0, places) for part in of_vertices)
        return Triangulation(starts, axes, lower_values, upper_values, triangles)

    def vertices(self, shares: Tensor) -> Tensor:
        """Positions [V, 3] in lattice steps for shares [V]."""
        return self.starts.to(shares.dtype).scatter_add_(1, self.axes[:, None], shares[:, None])


def within_edge(shares: Tensor) -> Tensor:
    """Keep shares off an edge's ends, so that no two vertices coincide."""
    return shares.clamp(SMALLEST_SHARE, 1.0 - SMALLEST_SHARE)


def triangulate(crossed: CrossedCells) -> Triangulation:
    """The surface between inside and outside in some cells of a lattice.

    Vertices and triangles come in an order that depends on the set of cells alone, not on theirs. A value of -inf
    stands for "outside, wherever that is": the surface is then half way.
    """
    device, count = crossed.values.device, len(crossed.cells)
    bricks = Bricks(_side(crossed.cells), device)
    bricks.cover(crossed.cells.corners())
    crossed = _in_order_of_address(bricks, crossed)
    lower, upper = (torch.tensor(ends, device=device) for ends in zip(*EDGES, strict=True))
    edges = _edge_addresses(bricks, crossed.cells, lower)  # [12, M]
    inside = crossed.values > 0
    uncrossed = inside[lower] == inside[upper]
    numbers, met = _numbered(edges.masked_fill(uncrossed, 0).flatten(), 3 * bricks.size)
    edge, cell = met // count, met % count
    corners = torch.tensor(CORNERS, device=device, dtype=torch.int32)
    values = crossed.values.flatten()
    return Triangulation(
        starts=crossed.cells.at(cell).stacked() + corners[lower[edge]],
        axes=edge // 4,
        lower_values=values[lower[edge] * count + cell],
        upper_values=values[upper[edge] * count + cell],
        triangles=numbers[edges.flatten().index_select(0, _triangle_corners(crossed.values))].view(-1, 3),
    )


def _side(cells: Points) -> int:
    return max(int(axis.max()) for axis in cells.axes) + 2 if len(cells) else 2


def _in_order_of_address(bricks: Bricks, crossed: CrossedCells) -> CrossedCells:
    addresses = bricks.addresses(crossed.cells).long()
    numbers = torch.full((bricks.size,), -1, dtype=torch.int32, device=addresses.device)
    numbers.scatter_(0, addresses, torch.arange(len(addresses), dtype=torch.int32, device=addresses.device))
    order = numbers[numbers >= 0]
    return CrossedCells(crossed.cells.at(order), crossed.values.index_select(1, order))


def _edge_addresses(bricks: Bricks, cells: Points, lower: Tensor) -> Tensor:
    """A number for each edge of the lattice, [12, M]: three times the address of the node at its lower end, plus axis.

    The number 0 is no edge's that any cell has.
    """
    nodes = bricks.addresses(cells.corners()).view(8, -1)
    axes = torch.arange(12, dtype=torch.int32, device=nodes.device) // 4
    return nodes.index_select(0, lower) * 3 + axes[:, None]


def _numbered(edges: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Number the distinct ones of edges [N] below `count`, 0 left out: (numbers [count], a place [V] where each is)."""
    numbers = torch.full((count,), -1, dtype=torch.int32, device=edges.device)
    numbers.scatter_(0, edges.long(), torch.arange(len(edges), dtype=torch.int32, device=edges.device))
    numbers[0] = -1
    used = (numbers >= 0).nonzero().squeeze(1)
    met = numbers[used].long()
    numbers[used] = torch.arange(len(used), dtype=torch.int32, device=edges.device)
    return numbers, met


def _triangle_corners(values: Tensor) -> Tensor:
    """Places [3 F] in the flattened edges [12, M] of cells with corner values [8, M], for each triangle's corners."""
    table, counts = _table_on(values.device)
    case = cases(values)
    corners = 3 * counts.index_select(0, case)
    cell = torch.repeat_interleave(corners)
    before = corners.cumsum(0) - corners
    turn = torch.arange(len(cell), device=values.device) - before.index_select(0, cell)
    slot = case.index_select(0, cell) * table.shape[1] + turn
    return table.flatten().index_select(0, slot) * values.shape[1] + cell


def has_no_border(triangles: Tensor) -> bool:
    """Whether each side of triangles [F, 3] is run through as often one way as the other: nothing is open.

    Each side's two ways add the same number of 64 mixed bits with opposite signs; only what cancels sums up to 0.
    Another sum is 0 by a chance of 1 in 2^64. Takes a tenth of the time of sorting the sides.
    """
    if not len(triangles):
        return False
    first, second = triangles.flatten().long(), triangles[:, [1, 2, 0]].flatten().long()
    mixed = _mixed(torch.minimum(first, second) * 0x1_0000_0001 + torch.maximum(first, second))
    return not int(torch.where(first < second, mixed, -mixed).sum())


def _mixed(numbers: Tensor) -> Tensor:
    """Numbers whose bits depend on all bits of the given ones (the finaliser of MurmurHash3, Appleby)."""
    for factor in (-0xAE502812AA7333, -0x3B314601E57A13AD):
        numbers = (numbers ^ numbers >> 33) * factor
    return numbers ^ numbers >> 33


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
    """case_triangles() as a tensor [256, 3 T], filled up with -1, and each case's number of triangles [256]."""
    cases = case_triangles()
    most = max(len(triangles) for triangles in cases)
    rows = [[*triangles, *[(-1, -1, -1)] * (most - len(triangles))] for triangles in cases]
    return torch.tensor(rows, device=device).flatten(1), torch.tensor(
        [len(triangles) for triangles in cases], device=device
    )
