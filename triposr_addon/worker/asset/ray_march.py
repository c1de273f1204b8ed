# SPDX-License-Identifier: GPL-3.0-or-later
"""render_rays, without what can't be seen: samples in empty cells are left out, and those behind opaque ones.

The samples that remain are the reference's own, at its places and with its weights.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from triposr_addon.worker.asset.occupied_cells import OccupiedCells
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.volume_renderer import BOX_SHRINK, SHORTEST_PATH, Rays, box_crossing

OPAQUE = 4e-3
"""A ray that lets less than this through is at its end: it is one step of 255."""
SAMPLES_AT_ONCE = 8
"""Along a ray, before it is looked whether it goes on."""


class RayMarch:
    """Looks into one field. `asked` counts the points that it was asked at."""

    def __init__(
        self, field: TriplaneField, cells: OccupiedCells, samples: int, check: Callable[[], None] = lambda: None
    ) -> None:
        """samples: on each ray's way through the box. `check` is called between chunks, to stop it by raising."""
        self._field, self._cells, self._samples, self._check = field, cells, samples, check
        self.asked = 0

    @torch.no_grad()
    def look(self, rays: Rays) -> Tensor:
        """Colour times opacity, and opacity, [..., 4]: sRGB-encoded, 0..1."""
        shape = rays.origins.shape[:-1]
        origins, directions = rays.origins.reshape(-1, 3), rays.directions.reshape(-1, 3)
        near, far = box_crossing(origins, directions, self._field.radius * BOX_SHRINK)
        first, last = self._part_inside(origins, directions, near, far)
        seen = origins.new_zeros(len(origins), 4)
        hit = ((far - near > SHORTEST_PATH) & (last >= first)).nonzero().squeeze(1)
        if len(hit):
            seen[hit] = self._marched(*(values[hit] for values in (origins, directions, near, far, first, last)))
        return seen.view(*shape, 4)

    def _part_inside(self, origins: Tensor, directions: Tensor, near: Tensor, far: Tensor) -> tuple[Tensor, Tensor]:
        """The numbers of the first and the last sample of each ray [R] in the box of all occupied cells."""
        low, high = self._cells.bounds()
        middle = (low + high) / 2.0
        entry, leave = box_crossing(origins - middle, directions, (high - low) / 2.0)
        step = (far - near).clamp_min(1e-9) / self._samples
        first = ((entry - near) / step - 0.5).ceil().clamp(0, self._samples)
        last = ((leave - near) / step - 0.5).floor().clamp(-1, self._samples - 1)
        missed = leave < entry
        return first.masked_fill(missed, self._samples).long(), last.masked_fill(missed, -1).long()

    def _marched(
        self, origins: Tensor, directions: Tensor, near: Tensor, far: Tensor, first: Tensor, last: Tensor
    ) -> Tensor:
        seen = origins.new_zeros(len(origins), 4)
        through = origins.new_ones(len(origins))
        for start in range(0, int((last - first).max()) + 1, SAMPLES_AT_ONCE):
            self._check()
            number = first[:, None] + start + torch.arange(SAMPLES_AT_ONCE, device=origins.device)
            going = ((number[:, 0] <= last) & (through > OPAQUE)).nonzero().squeeze(1)
            if not len(going):
                continue
            number = number[going]
            depth = torch.lerp(near[going, None], far[going, None], (number + 0.5) / self._samples)
            points = origins[going, None] + depth[..., None] * directions[going, None]
            there = self._cells.at(points) & (number <= last[going, None])
            values = points.new_zeros(*there.shape, 4)
            values[there] = self._field.density_and_colour(points[there], self._check)
            self.asked += int(there.count_nonzero())
            alpha = 1.0 - torch.exp(-values[..., 0] / self._samples)
            reaching = torch.cumprod(1.0 - alpha, dim=1)
            weights = alpha * through[going, None]
            weights[:, 1:] *= reaching[:, :-1]
            seen[going, :3] += (weights[..., None] * values[..., 1:]).sum(dim=1)
            seen[going, 3] += weights.sum(dim=1)
            through[going] *= reaching[:, -1]
        return seen
