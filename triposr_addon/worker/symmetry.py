# SPDX-License-Identifier: GPL-3.0-or-later
"""A lattice of a field averaged with its left-right mirror image, so that the surface is symmetric too.

The mirror plane is the box's own, y = 0 in raw TripoSR axes, where the middle of a framed photo comes to lie. A lattice
has the mirror image of each of its nodes, so a node and its image are asked once for both.
"""

from __future__ import annotations

import torch
from torch import Tensor

from triposr_addon.worker.bricks import Points
from triposr_addon.worker.lattice import Each, unwatched
from triposr_addon.worker.plane_maps import PlaneMaps


class SymmetricMaps:
    """The mean of PlaneMaps and their mirror image."""

    def __init__(self, maps: PlaneMaps) -> None:
        self._maps = maps
        self.resolution = maps.resolution
        self.device = maps.device

    @property
    def asked(self) -> int:
        """How many nodes were evaluated so far."""
        return self._maps.asked

    def lattice(self, places: Tensor, rows: Tensor | None = None, each: Each = unwatched) -> Tensor:
        """As PlaneMaps.lattice; places that are their own mirror image cost no more than there, others twice that."""
        images = self.resolution - 1 - places
        values = self._maps.lattice(places, rows, each)
        if torch.equal(images.flip(0), places):
            return (values + values.flip(1)) / 2.0
        return (values + self._maps.lattice(places, rows, each, columns=images)) / 2.0

    def raw_density(self, nodes: Points, each: Each = unwatched) -> Tensor:
        """As PlaneMaps.raw_density; nodes that are each other's mirror image are asked together."""
        last, side = self.resolution - 1, self.resolution
        near = torch.minimum(nodes.y, last - nodes.y)
        keys, places = torch.unique((nodes.x.long() * side + near) * side + nodes.z, return_inverse=True)
        x, y, z = ((keys // divisor % side).int() for divisor in (side**2, side, 1))
        values = self._maps.raw_density(Points(x, y, z), each) + self._maps.raw_density(Points(x, last - y, z), each)
        return (values / 2.0).index_select(0, places)
