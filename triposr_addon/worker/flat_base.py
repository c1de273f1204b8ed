# SPDX-License-Identifier: GPL-3.0-or-later
"""A flat base: what lies below a plane counts as outside, so the surface closes itself along that plane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from triposr_addon.worker.band_level import lattice_places, with_outside
from triposr_addon.worker.bricks import Points
from triposr_addon.worker.crossed_cells import OUTSIDE, cells_of_grid, padded
from triposr_addon.worker.lattice import Each, SparseLattice, WholeLattice, unwatched
from triposr_addon.worker.marching_cubes import Triangulation, triangulate, within_edge
from triposr_addon.worker.parts import without_small_parts


@dataclass(frozen=True)
class Probe:
    """Raw densities [P, P, P] that were asked for once, at the `places` [P] of a lattice."""

    places: Tensor
    values: Tensor

    @classmethod
    def of(cls, lattice: WholeLattice, stride: int) -> Probe:
        """The lattice of that stride. Raises FieldNotFinite."""
        places = lattice_places(lattice.resolution, stride, lattice.device)
        return cls(places, lattice.lattice(places))

    def covers(self, places: Tensor, rows: Tensor | None) -> bool:
        """Whether it is what would be asked for."""
        return torch.equal(places, self.places) and (rows is None or torch.equal(rows, places))


def base_or_none(probe: Probe, resolution: int, level: float, share: float, smallest_part: float) -> float | None:
    """The height of the base in lattice steps: `share` of the object's height above its lowest point.

    resolution, level: of the lattice, and the raw density of the surface. Parts that `smallest_part` drops do not
    count. The height comes out to about a fifth of the probe's stride. None: there is no object.
    """
    cells = cells_of_grid(padded(probe.values - level))
    if not len(cells.cells):
        return None
    heights = _heights(without_small_parts(triangulate(cells), smallest_part), probe.places, resolution)
    low, high = float(heights.min()), float(heights.max())
    return low + share * (high - low)


def _heights(mesh: Triangulation, places: Tensor, resolution: int) -> Tensor:
    """The z [V] of a mesh on the lattice `places`, in steps of the finest lattice."""
    ends = with_outside(places, resolution)
    start = mesh.starts[:, 2]
    lower, upper = ends.index_select(0, start), ends.index_select(0, torch.clamp(start + 1, max=len(ends) - 1))
    return lower + (upper - lower) * mesh.linear_shares().masked_fill(mesh.axes != 2, 0.0)


class CutLattice:
    """A lattice with everything below `base`, in lattice steps, outside. What the probe knows is not asked again."""

    def __init__(self, whole: WholeLattice, base: float, probe: Probe) -> None:
        self._whole = whole
        self._lowest = math.ceil(base)
        self._probe = probe
        self.resolution = whole.resolution
        self.device = whole.device

    @property
    def asked(self) -> int:
        """How many nodes were evaluated so far."""
        return self._whole.asked

    def lattice(self, places: Tensor, rows: Tensor | None = None, each: Each = unwatched) -> Tensor:
        """As the lattice's own; -inf below the base."""
        known = self._probe.covers(places, rows)
        values = self._probe.values if known else self._whole.lattice(places, rows, each)
        return values.masked_fill(places < self._lowest, OUTSIDE)


class SparseCutLattice(CutLattice):
    """The same of a lattice that can be asked node by node too."""

    def __init__(self, sparse: SparseLattice, base: float, probe: Probe) -> None:
        super().__init__(sparse, base, probe)
        self._sparse = sparse

    def raw_density(self, nodes: Points, each: Each = unwatched) -> Tensor:
        """As the lattice's own; -inf below the base."""
        return self._sparse.raw_density(nodes, each).masked_fill_(nodes.z < self._lowest, OUTSIDE)


def flattened(vertices: Tensor, mesh: Triangulation, base: float) -> Tensor:
    """Vertices [V, 3] in lattice steps, 1 for the first node: those of the cut on the base, and none below it."""
    lowest = math.ceil(base)
    cut = (mesh.axes == 2) & (mesh.starts[:, 2] == lowest)  # starts count the layer of outside: this is lowest - 1
    height = lowest + within_edge(vertices.new_tensor(base - (lowest - 1)))
    z = torch.where(cut, height, torch.maximum(vertices[:, 2], height))
    return torch.cat([vertices[:, :2], z[:, None]], dim=1)
