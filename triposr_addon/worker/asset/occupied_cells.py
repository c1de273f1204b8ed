# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in its box a field may hold something: what rays need not be followed through, and how large it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.failures import SurfaceEmpty
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.narrow_band import windows
from triposr_addon.worker.plane_maps import PlaneMaps
from triposr_addon.worker.symmetry import SymmetricMaps

NODES = 65
"""A side; a whole lattice of a field has about one node for each texel of its planes."""
EMPTY = 1.0
"""What no node around exceeds counts as nothing. The surface has 25; at 64 pixels the picture is 44 dB or more from
the reference's on fitted fields, and the field is asked half as often as with 0.05."""
SOLID = SurfaceSettings().threshold
"""The density of the surface, as released."""


@dataclass(frozen=True)
class OccupiedCells:
    """occupied: bool [N, N, N] by x, y, z, over the box -radius..radius. solid: nodes [P, 3] inside the surface."""

    occupied: Tensor
    solid: Tensor
    radius: float

    @classmethod
    @torch.no_grad()
    def of(cls, field: TriplaneField, check: Callable[[], None] = lambda: None) -> OccupiedCells:
        """Asks the field at NODES^3 places. Raises SurfaceEmpty, FieldNotFinite, and what `check` raises."""
        plain = PlaneMaps(field, NODES, check)
        maps = SymmetricMaps(plain) if field.symmetric else plain
        places = torch.arange(NODES, device=field.device)
        raw = maps.lattice(places, each=lambda _done: check())
        solid = (raw > field.raw_threshold(SOLID)).nonzero()
        if not len(solid):
            raise SurfaceEmpty("The field is empty, so there is nothing to see. Try another photo.")
        # A cell, and its neighbours: between nodes a field can be denser than at them.
        around = torch.nn.functional.pad(raw, (1,) * 6, value=-math.inf)
        most = windows(around, 4, torch.maximum)
        step = 2.0 * field.radius / (NODES - 1)
        return cls(most > field.raw_threshold(EMPTY), solid * step - field.radius, field.radius)

    def bounds(self) -> tuple[Tensor, Tensor]:
        """The corners [3] of the smallest box around all occupied cells."""
        cells = self.occupied.nonzero()
        step = 2.0 * self.radius / len(self.occupied)
        return cells.amin(dim=0) * step - self.radius, (cells.amax(dim=0) + 1) * step - self.radius

    def at(self, points: Tensor) -> Tensor:
        """Whether the cells of points [..., 3] in the box are occupied [...]."""
        side = len(self.occupied)
        cell = ((points + self.radius) * (side / (2.0 * self.radius))).long().clamp_(0, side - 1)
        x, y, z = cell.unbind(dim=-1)
        return self.occupied.view(-1)[(x * side + y) * side + z]
