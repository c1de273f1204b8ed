# SPDX-License-Identifier: GPL-3.0-or-later
"""The lattice edges on which a surface's vertices lie, and where on its edge each ought to be."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.textbook import Textbook
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.surface import Surface

HALVINGS = 26
"""More halves an edge below what float32 positions can tell apart."""
OFF_AN_EDGE = 5e-4
"""A vertex keeps further than this share of an edge from its ends; nearer is rounding."""


@dataclass(frozen=True)
class LatticeEdges:
    """One edge for each vertex that lies between two nodes of the box.

    kept: [V] which of the surface's vertices those are. lower: [K, 3] the edges' lower ends, in field units, float64.
    along: [K, 3] from there to the upper ends. shares: [K] where the surface has its vertices, in parts of the edges.
    lower_values, upper_values: [K] raw density minus the raw threshold at the ends, float64, of different sign.
    """

    kept: Tensor
    lower: Tensor
    along: Tensor
    shares: Tensor
    lower_values: Tensor
    upper_values: Tensor

    def positions(self, shares: Tensor) -> Tensor:
        """Points [K, 3] in field units."""
        return self.lower + shares[:, None] * self.along


class AskedField:
    """A field asked plainly: every plane sampled, the whole decoder in float32."""

    def __init__(self, field: TriplaneField, threshold: float) -> None:
        self.field = field
        self._textbook = Textbook(field)
        self._raw_threshold = field.raw_threshold(threshold)

    def __call__(self, points: Tensor) -> Tensor:
        """Raw density minus the raw threshold [N], float64, at points [N, 3]; above 0 is inside."""
        return self._textbook.raw_density(points.float()).double() - self._raw_threshold


def edges_of(surface: Surface, resolution: int, asked: AskedField) -> LatticeEdges:
    """Find the edge of every vertex. Left out: the lid beyond the box, and edges whose ends do not differ in sign."""
    radius = asked.field.radius
    step = 2.0 * radius / (resolution - 1)
    places = (surface.vertices.double() + radius) / step  # in lattice steps
    distances, axes = (places - places.round()).abs().max(dim=1)
    direction = torch.nn.functional.one_hot(axes, 3).double()
    starts = torch.where(direction > 0, places.floor(), places.round())
    ends = starts + direction
    kept = (distances > OFF_AN_EDGE) & (starts >= 0).all(dim=1) & (ends <= resolution - 1).all(dim=1)
    starts, direction, places = starts[kept], direction[kept], places[kept]
    lower_values, upper_values = (asked(nodes * step - radius) for nodes in (starts, starts + direction))
    crossed = (lower_values > 0) != (upper_values > 0)
    kept = kept.nonzero().squeeze(1)[crossed]
    shares = ((places - starts) * direction).sum(dim=1)
    return LatticeEdges(
        kept,
        starts[crossed] * step - radius,
        direction[crossed] * step,
        shares[crossed],
        lower_values[crossed],
        upper_values[crossed],
    )


def density_shares(edges: LatticeEdges, threshold: float) -> Tensor:
    """The reference's: as if the density changed evenly along an edge."""
    lower, upper = (threshold * torch.expm1(values) for values in (edges.lower_values, edges.upper_values))
    return lower / (lower - upper)


def log_density_shares(edges: LatticeEdges) -> Tensor:
    """As if the density's logarithm changed evenly along an edge."""
    return edges.lower_values / (edges.lower_values - edges.upper_values)


def true_shares(edges: LatticeEdges, asked: AskedField) -> Tensor:
    """Where the field itself crosses the threshold: each edge halved again and again, in float32."""
    low, high = torch.zeros_like(edges.shares), torch.ones_like(edges.shares)
    lower_inside = edges.lower_values > 0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        before = (asked(edges.positions(middle)) > 0) == lower_inside
        low, high = torch.where(before, middle, low), torch.where(before, high, middle)
    return (low + high) / 2
