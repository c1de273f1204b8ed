# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory for a sparse set of lattice points: small bricks where points are, one table entry where they are not.

A point's address is found by one look into the table, without sorting or searching, so lists of millions of points
are looked up in milliseconds, and memory grows with the surface and not with the lattice.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FINE_SIDE, COARSE_SIDE = 4, 8
LARGEST_FINE_LATTICE = 640
"""Above it bricks are larger, so that the table stays under 10 MB."""


@dataclass(frozen=True)
class Points:
    """Lattice points by their coordinates, whole numbers (int32) of shapes that broadcast to each other."""

    x: Tensor
    y: Tensor
    z: Tensor

    @classmethod
    def of(cls, rows: Tensor) -> Points:
        """The points [N] in the rows [N, 3] of whole numbers."""
        return cls(*rows.T.int().contiguous())

    @classmethod
    def crossing(cls, x: Tensor, y: Tensor, z: Tensor) -> Points:
        """From coordinates [K, N] along each axis the points [K, K, K, N] where they cross: by z, y, x, then N."""
        return cls(x[None, None], y[None, :, None], z[:, None, None])

    @classmethod
    def joined(cls, parts: list[Points]) -> Points:
        """Several lists of points [N] as one."""
        return cls(*(torch.cat(axis) for axis in zip(*(part.axes for part in parts), strict=True)))

    @property
    def axes(self) -> tuple[Tensor, Tensor, Tensor]:
        """The three coordinates."""
        return self.x, self.y, self.z

    def __len__(self) -> int:
        return len(self.x)

    def at(self, places: Tensor) -> Points:
        """Those of the points [N] that stand at `places` [M] of the list."""
        return Points(*(axis.index_select(0, places) for axis in self.axes))

    def stacked(self) -> Tensor:
        """Coordinates [N, 3] of points [N]."""
        return torch.stack(self.axes, dim=-1)

    def corners(self) -> Points:
        """The eight corners [2, 2, 2, N] of the cells whose corner 0 these points [N] are."""
        return Points.crossing(*(torch.stack([axis, axis + 1]) for axis in self.axes))


class Bricks:
    """Addresses (int32) for the points 0..side-1 of each axis, in bricks that `cover` adds.

    Addresses of the first brick belong to points that no brick covers: what is stored there must say "nothing".
    """

    def __init__(self, side: int, device: torch.device) -> None:
        length = FINE_SIDE if side <= LARGEST_FINE_LATTICE else COARSE_SIDE
        self._bits = length.bit_length() - 1
        self._across = (side - 1 >> self._bits) + 1
        self._table = torch.zeros(self._across**3, dtype=torch.int32, device=device)
        nowhere = torch.full((1,), -1, dtype=torch.int32, device=device)
        self._origins = Points(nowhere, nowhere, nowhere)

    @property
    def size(self) -> int:
        """How many addresses there are."""
        return len(self._origins) << 3 * self._bits

    def cover(self, points: Points) -> Tensor:
        """Add the bricks that `points` lack; returns the new addresses [K], ascending."""
        first, count = self.size, len(self._origins)
        keys = self._brick_keys(points)
        missing = keys[self._table.index_select(0, keys) == 0]
        self._table[missing] = -1
        fresh = (self._table < 0).nonzero().squeeze(1)
        self._table[fresh] = torch.arange(count, count + len(fresh), dtype=torch.int32, device=fresh.device)
        rows, z = fresh // self._across, fresh % self._across
        corners = torch.stack([rows // self._across, rows % self._across, z], dim=1) << self._bits
        self._origins = Points.joined([self._origins, Points.of(corners)])
        return torch.arange(first, self.size, dtype=torch.int32, device=fresh.device)

    def addresses(self, points: Points) -> Tensor:
        """The address of each point, flattened in the order of the broadcast shape."""
        mask, bits = (1 << self._bits) - 1, self._bits
        slot = ((points.x & mask) << 2 * bits) + ((points.y & mask) << bits) + (points.z & mask)
        bricks = self._table.index_select(0, self._brick_keys(points))
        return bricks.mul_(1 << 3 * bits).add_(slot.flatten())

    def points(self, addresses: Tensor) -> Points:
        """The points [N] at addresses [N] of covered bricks."""
        mask, bits = (1 << self._bits) - 1, self._bits
        origins = self._origins.at(addresses >> 3 * bits)
        return Points(
            origins.x + (addresses >> 2 * bits & mask),
            origins.y + (addresses >> bits & mask),
            origins.z + (addresses & mask),
        )

    def _brick_keys(self, points: Points) -> Tensor:
        bits, across = self._bits, self._across
        x, y = (points.x >> bits) * across**2, (points.y >> bits) * across
        return (x + y + (points.z >> bits)).flatten()
