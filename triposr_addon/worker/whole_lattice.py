# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact way to the crossed cells: asks the field at each node of the lattice, a few layers at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.worker.band_level import lattice_places
from triposr_addon.worker.crossed_cells import OUTSIDE, CrossedCells, cells_of_grid
from triposr_addon.worker.lattice import Each, WholeLattice
from triposr_addon.worker.steps import Advance

NODES_AT_ONCE = 1 << 24
"""Whole layers of about so many nodes are in memory together: 64 MB of values."""


def crossed_cells_of_lattice(maps: WholeLattice, raw_threshold: float, advance: Advance) -> CrossedCells:
    """All crossed cells of the lattice, in slabs along x. Raises Cancelled (from `advance`)."""
    slabs = _slabs(maps, raw_threshold, advance)
    return CrossedCells.joined([cells_of_grid(slab, first_x) for first_x, slab in slabs])


def _slabs(maps: WholeLattice, raw_threshold: float, advance: Advance) -> Iterator[tuple[int, Tensor]]:
    """Layers of the lattice with its layer of outside, each slab beginning with the last layer of the one before."""
    side = maps.resolution
    places = lattice_places(side, 1, maps.device)
    before = torch.full((1, side + 2, side + 2), OUTSIDE, device=maps.device)
    rows = max(1, NODES_AT_ONCE // side**2)
    for start in range(0, side, rows):
        values = maps.lattice(places, places[start : start + rows], _advancing(advance, start / side, side**3))
        layers = functional.pad(values - raw_threshold, (1, 1, 1, 1), value=OUTSIDE)
        slab = torch.cat([before, layers])
        before = slab[-1:]
        yield start, slab
    yield side, torch.cat([before, torch.full_like(before, OUTSIDE)])


def _advancing(advance: Advance, share: float, nodes: int) -> Each:
    return lambda done: advance(share + done / nodes)
