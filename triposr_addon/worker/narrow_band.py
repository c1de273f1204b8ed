# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the lattice cells that the surface crosses, asking the field only near it.

A coarse lattice of about one node for each texel of the planes is asked whole. Cells that the surface crosses, and
those that it may cross unseen, are halved, down to the finest lattice. At each level the surface is followed wherever
it leaves the asked region, so what comes out has no rim.

The surface may cross a cell unseen where the values come near the threshold: nearer than a share of their range around
there, and nearer than they can bend towards it within a cell, judged by their second differences. That is a heuristic:
it found every part of the fields that it was tried on (thin cables, balls of two cells), where keeping crossed cells
alone lost them. docs/decisions/narrow_band.md has the counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from triposr_addon.worker.band_level import BandLevel, Halving, lattice_places, with_outside
from triposr_addon.worker.bricks import Points
from triposr_addon.worker.crossed_cells import OUTSIDE, CrossedCells, padded
from triposr_addon.worker.lattice import SparseLattice
from triposr_addon.worker.steps import Advance

RANGE_SHARE = 0.5
"""A cell is kept only when its least distance to the threshold is below this share of the values' range around it."""

BEND_SHARE = 0.25
"""And only when that distance is below this share of the second differences around it, summed over the axes.

A quadratic bends by an eighth of them within a cell. On the fitted fields 0.06 already keeps every part.
"""

CELLS_AT_ONCE = 1 << 16
"""Bounds the memory that lists of the cells' 27 nodes take."""

Choose = Callable[[Tensor, Tensor], Tensor]
"""The larger or the smaller of two tensors' entries."""


def coarse_stride(resolution: int, texels: int) -> int:
    """Steps of the coarse lattice: the largest power of two that leaves it a node for each of the planes' texels."""
    return 1 << max(0, (resolution // texels).bit_length() - 1)


def crossed_cells_of_band(
    maps: SparseLattice, raw_threshold: float, coarse: Tensor, stride: int, advance: Advance
) -> CrossedCells:
    """The crossed cells of the finest lattice, from the values [P, P, P] on the lattice of `stride` (2 or more).

    Values are raw densities minus raw threshold. Cells are counted with the layer of outside: by the lattice's
    coordinates plus 1. Raises Cancelled (from `advance`), FieldNotFinite.
    """
    share = 0.0

    def ask(nodes: Points) -> Tensor:
        return maps.raw_density(nodes, lambda _done: advance(share)) - raw_threshold

    above: CoarseLattice | BandLevel = CoarseLattice(coarse, maps.resolution, stride)
    cells = kept_coarse_cells(coarse)
    halvings = stride.bit_length() - 1
    for step in range(halvings):
        share = step / halvings
        places = lattice_places(maps.resolution, stride >> step + 1, maps.device)
        level = BandLevel(with_outside(places, maps.resolution), ask)
        cells, crossed = _halved(above, cells, level)
        above = level
    return crossed


class CoarseLattice:
    """The whole coarse lattice, spoken to like a level of the band."""

    def __init__(self, values: Tensor, resolution: int, stride: int) -> None:
        self._values = padded(values).flatten()
        self.places = with_outside(lattice_places(resolution, stride, values.device), resolution)

    def corner_values(self, cells: Points) -> Tensor:
        """The values [8, N] at the corners of cells [N]."""
        side, corners = len(self.places), cells.corners()
        addresses = (corners.x * side + corners.y) * side + corners.z
        return self._values.index_select(0, addresses.flatten()).view(8, -1)


def _halved(above: CoarseLattice | BandLevel, cells: Points, level: BandLevel) -> tuple[Points, CrossedCells]:
    """From the level above and its kept cells: the cells to keep at `level`, and the crossed ones among them."""
    halving = Halving.between(above.places, level.places)
    along = halving.along(cells)
    ends = Points.crossing(*(axis[::2] for axis in along.axes))
    level.cover(ends)
    level.store(ends, above.corner_values(cells))
    parts = [Points(*part) for part in zip(*(axis.split(CELLS_AT_ONCE, dim=1) for axis in along.axes), strict=True)]
    addresses = [level.addresses(Points.crossing(*part.axes)) for part in parts]
    level.learn(addresses)
    near, crossed = [], []
    for part, places in zip(parts, addresses, strict=True):
        halves = _Halves.of(level.values(places).view(3, 3, 3, -1))
        crossed.append(_chosen(part, halves.crossed))
        near.append(_chosen(part, halves.near & ~halves.crossed))
    return _followed(level, Points.joined(near), Points.joined(crossed))


def _followed(level: BandLevel, near: Points, crossed: Points) -> tuple[Points, CrossedCells]:
    level.enter(near)
    level.enter(crossed)
    found = level.followed(CrossedCells(crossed, level.corner_values(crossed)))
    return Points.joined([near, found.cells]), found


@dataclass(frozen=True)
class _Halves:
    """Which of the eight halves of some cells the surface crosses, and may cross: [2, 2, 2, N] by z, y, x."""

    crossed: Tensor
    near: Tensor

    @classmethod
    def of(cls, values: Tensor) -> _Halves:
        """Judge them by the values [3, 3, 3, N] of the cells' nodes."""
        crossed = (windows(values, 2, torch.maximum) > 0) & (windows(values, 2, torch.minimum) <= 0)
        distance = windows(values.abs(), 2, torch.minimum)
        span = values.amax(dim=(0, 1, 2)) - _without_outside(values).amin(dim=(0, 1, 2))
        bends = sum(bend(values, axis).amax(dim=(0, 1, 2)) for axis in range(3))
        return cls(crossed, (distance < RANGE_SHARE * span) & (distance < BEND_SHARE * bends))


def _chosen(along: Points, which: Tensor) -> Points:
    """The halves [K] of cells, whose nodes lie `along` the axes [3, N], at which `which` [2, 2, 2, N] is true.

    Empty halves are none.
    """
    x, y, z = Points.crossing(*(axis[1:] > axis[:-1] for axis in along.axes)).axes
    count = along.x.shape[1]
    place = (which & x & y & z).flatten().nonzero().squeeze(1)
    half, cell = place // count, place % count
    return Points(
        *(axis.flatten().index_select(0, (half >> bit & 1) * count + cell) for bit, axis in enumerate(along.axes))
    )


def bend(values: Tensor, axis: int) -> Tensor:
    """The second differences along an axis, without sign; endless where outside has a part in them."""
    count = values.shape[axis] - 2
    before, here, after = (values.narrow(axis, start, count) for start in range(3))
    return (before - 2.0 * here + after).abs().nan_to_num(nan=torch.inf, posinf=torch.inf)


def _without_outside(values: Tensor) -> Tensor:
    return values.masked_fill(values == OUTSIDE, torch.inf)


def kept_coarse_cells(values: Tensor) -> Points:
    """The cells [N] of a lattice [P, P, P] with its layer of outside to halve: crossed, or perhaps crossed unseen."""
    grid = padded(values)
    crossed = (windows(grid, 2, torch.maximum) > 0) & (windows(grid, 2, torch.minimum) <= 0)
    around = padded(grid)
    span = windows(around, 4, torch.maximum) - windows(_without_outside(around), 4, torch.minimum)
    distance = windows(grid.abs(), 2, torch.minimum)
    near = (distance < RANGE_SHARE * span) & (distance < BEND_SHARE * _bends_around(around))
    return Points.of((crossed | near).nonzero())


def _bends_around(values: Tensor) -> Tensor:
    """For each 4 x 4 x 4 nodes of a grid the largest second difference along each axis, summed over the axes."""
    parts = []
    for axis in range(3):
        sizes = [2 if axis == other else 4 for other in range(3)]
        parts.append(windows(bend(values, axis), sizes, torch.maximum))
    return torch.stack(parts).sum(dim=0)


def windows(values: Tensor, size: int | list[int], choose: Choose) -> Tensor:
    """The chosen one in each window of `size` along the first three axes of `values`."""
    sizes = [size] * 3 if isinstance(size, int) else size
    for axis, width in enumerate(sizes):
        count = values.shape[axis] - width + 1
        chosen = values.narrow(axis, 0, count)
        for start in range(1, width):
            chosen = choose(chosen, values.narrow(axis, start, count))
        values = chosen
    return values
