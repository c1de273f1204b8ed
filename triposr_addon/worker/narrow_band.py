# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the lattice cells that the surface crosses, asking the field only near it.

A coarse lattice of about one node for each texel of the planes is asked whole. Cells that the surface crosses, or
whose values come near the threshold compared with how much they change around there, are halved, down to the finest
lattice. At each level the surface is followed wherever it leaves the asked region, so what comes out has no rim.

That near cells are kept is a heuristic: it found every part of the fields that it was tried on (thin cables, balls of
two cells), where keeping crossed cells alone lost them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.worker.marching_cubes import CORNERS
from triposr_addon.worker.plane_maps import PlaneMaps
from triposr_addon.worker.steps import Advance

COARSE_NODES = 64
NEARNESS = 0.5
"""A cell is kept when its least distance to the threshold is below this share of the values' range around it."""

OFFSETS_27 = tuple((x, y, z) for x in range(3) for y in range(3) for z in range(3))


def coarse_stride(resolution: int) -> int:
    """Steps of the coarse lattice: the largest power of two that leaves it COARSE_NODES nodes, at least 1."""
    return 1 << max(0, (resolution // COARSE_NODES).bit_length() - 1)


def coarse_places(resolution: int) -> Tensor:
    """The coordinates [P] of the coarse lattice's nodes on the finest; the last one is always there."""
    stride = coarse_stride(resolution)
    inner = torch.arange(0, resolution - 1, stride)
    return torch.cat([inner, torch.tensor([resolution - 1])])


class NarrowBand:
    """The values (> 0 is inside) of a lattice of resolution^3 nodes, known only where they were needed."""

    def __init__(self, maps: PlaneMaps, raw_threshold: float, advance: Advance) -> None:
        self._maps = maps
        self._advance = advance
        self._share = 0.0
        self._raw_threshold = raw_threshold
        self._side = maps.resolution
        self._ids = torch.empty(0, dtype=torch.long, device=maps.device)  # ascending
        self._values = torch.empty(0, device=maps.device)

    @property
    def known_nodes(self) -> int:
        """How many nodes were asked."""
        return len(self._ids)

    def crossed_cells(self, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """The cells [M, 3] that the surface crosses, and the values [M, 8] at their corners.

        coarse: the values [P, P, P] at `coarse_places`. Coordinates are those of the lattice plus 1: around it lies
        one more layer of nodes, outside by definition and of value -inf, that closes the surface.
        """
        places = coarse_places(self._side).to(coarse.device)
        nodes = torch.cartesian_prod(places, places, places)
        self._ids, self._values = self._id(nodes), coarse.flatten()
        cells = places[_kept_coarse_cells(coarse).nonzero()]
        stride = coarse_stride(self._side)
        levels = max(1, stride.bit_length() - 1)
        for level in range(levels):
            stride //= 2
            self._tell(level / levels)
            cells = self._halved(cells, stride)
        return self._closed(cells)

    def _tell(self, share: float) -> None:
        self._share = share
        self._advance(share)

    def _halved(self, cells: Tensor, stride: int) -> Tensor:
        """The cells of side `stride` to keep, out of cells [M, 3] of twice that side."""
        nodes = cells[:, None] + stride * torch.tensor(OFFSETS_27, device=cells.device)
        nodes = nodes.clamp(max=self._side - 1)
        values = self._at(nodes)  # [M, 27]
        children = nodes[:, _FIRST_OF_CHILD]  # [M, 8, 3]
        corners = values[:, _CORNERS_OF_CHILD]  # [M, 8, 8]
        span = values.amax(dim=1) - values.amin(dim=1)
        near = corners.abs().amin(dim=2) < NEARNESS * span[:, None]
        crossed = self._crossed(nodes[:, _CORNERS_OF_CHILD], corners)
        real = (children < self._side - 1).all(dim=2)
        followed = self._followed(children[real], children[real & crossed], stride)
        return torch.cat([children[real & (near | crossed)], followed])

    def _followed(self, seen: Tensor, front: Tensor, stride: int) -> Tensor:
        """The cells [K, 3] beyond `seen` that the surface leads into, starting from the crossed cells `front`."""
        seen_ids = self._id(seen).sort().values
        found = [front[:0]]
        while len(front):
            beyond = torch.cat(
                [self._across(front, axis, step * stride, stride) for axis in range(3) for step in (-1, 1)]
            )
            ids = self._id(beyond).unique()
            ids = ids[~_among(ids, seen_ids)]
            front = self._node(ids)
            seen_ids = torch.cat([seen_ids, ids]).sort().values
            found.append(front)
        return torch.cat(found)

    def _across(self, cells: Tensor, axis: int, step: int, stride: int) -> Tensor:
        """The neighbours of crossed cells along `axis`, where the surface crosses the face between them."""
        corner_side = [corner for corner in range(8) if (corner >> axis & 1) == (step > 0)]
        nodes = self._corners(cells, stride)[:, corner_side]
        neighbours = cells.clone()
        neighbours[:, axis] += step
        there = (neighbours[:, axis] >= 0) & (neighbours[:, axis] < self._side - 1)
        return neighbours[there & self._crossed(nodes, self._at(nodes))]

    def _closed(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Those of the finest cells that are crossed, those of the closing layer, and their values."""
        nodes = self._corners(cells, 1)
        values = self._at(nodes)
        rim = nodes[(values > 0) & self._on_rim(nodes)].unique(dim=0)
        around = rim[:, None] - torch.tensor(CORNERS, device=cells.device)  # the eight cells at each node
        outer = around[((around < 0) | (around >= self._side - 1)).any(dim=2)].unique(dim=0)
        outer_nodes = self._corners(outer, 1, clamped=False)
        outer_values = self._at(outer_nodes.clamp(0, self._side - 1))
        outside = ((outer_nodes < 0) | (outer_nodes >= self._side)).any(dim=2)
        outer_values = outer_values.masked_fill(outside, -torch.inf)
        crossed = (values > 0).any(dim=1) & (values <= 0).any(dim=1)
        return torch.cat([cells[crossed], outer]) + 1, torch.cat([values[crossed], outer_values])

    def _crossed(self, nodes: Tensor, values: Tensor) -> Tensor:
        """Whether the surface passes between nodes [..., N, 3]; an inside node on the box's rim has it beside it."""
        inside = values > 0
        return inside.any(dim=-1) & (~inside | self._on_rim(nodes)).any(dim=-1)

    def _on_rim(self, nodes: Tensor) -> Tensor:
        return ((nodes == 0) | (nodes == self._side - 1)).any(dim=-1)

    def _corners(self, cells: Tensor, stride: int, *, clamped: bool = True) -> Tensor:
        nodes = cells[:, None] + stride * torch.tensor(CORNERS, device=cells.device)
        return nodes.clamp(max=self._side - 1) if clamped else nodes

    def _at(self, nodes: Tensor) -> Tensor:
        """The values at nodes [..., 3], asking the field for those that are not known yet."""
        ids = self._id(nodes)
        missing = ids[~_among(ids, self._ids)].unique()
        if len(missing):
            fresh = self._maps.raw_density(self._node(missing), lambda _done: self._tell(self._share))
            fresh -= self._raw_threshold
            self._ids, order = torch.cat([self._ids, missing]).sort()
            self._values = torch.cat([self._values, fresh])[order]
        return self._values[torch.searchsorted(self._ids, ids)]

    def _id(self, nodes: Tensor) -> Tensor:
        x, y, z = nodes.unbind(dim=-1)
        return ((x * self._side + y) * self._side + z).contiguous()

    def _node(self, ids: Tensor) -> Tensor:
        return torch.stack([ids // self._side**2, ids // self._side % self._side, ids % self._side], dim=-1)


def _among(ids: Tensor, ascending: Tensor) -> Tensor:
    """Which of `ids` are in the list `ascending`, which holds one or more."""
    places = torch.searchsorted(ascending, ids).clamp(max=len(ascending) - 1)
    return ascending[places] == ids


def _number_27(offset: tuple[int, ...]) -> int:
    return (offset[0] * 3 + offset[1]) * 3 + offset[2]


_FIRST_OF_CHILD = [_number_27(corner) for corner in CORNERS]
_CORNERS_OF_CHILD = [
    [_number_27(tuple(a + b for a, b in zip(child, corner, strict=True))) for corner in CORNERS] for child in CORNERS
]


def _kept_coarse_cells(values: Tensor) -> Tensor:
    """Which cells of a lattice [P, P, P] to halve: crossed, near the threshold, or inside at the box's rim."""
    grid = values[None, None]
    highest, lowest = functional.max_pool3d(grid, 2, 1), -functional.max_pool3d(-grid, 2, 1)
    nearest = -functional.max_pool3d(-grid.abs(), 2, 1)
    around = functional.max_pool3d(grid, 4, 1, 1) + functional.max_pool3d(-grid, 4, 1, 1)
    rim = torch.zeros_like(grid)
    rim[..., 1:-1, 1:-1, 1:-1] = -torch.inf
    rim_highest = functional.max_pool3d(grid + rim, 2, 1)
    kept = ((highest > 0) & (lowest <= 0)) | (nearest < NEARNESS * around) | (rim_highest > 0)
    return kept[0, 0]
