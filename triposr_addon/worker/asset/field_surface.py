# SPDX-License-Identifier: GPL-3.0-or-later
"""The field's own surface near a coarser mesh: where it lies along the mesh's normal, and which way it looks."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.worker.field import TriplaneField

REACH = 0.03
"""In field units: so far from the mesh is the surface sought. A mesh of 1,000 triangles is some 0.01 off."""
STEP_OF_A_CELL = 0.125
"""How far apart the field is asked for its slope, in texels of its planes: what is finer is grain, not shape."""


class FieldSurface:
    """Where the field is as dense as `threshold`. In raw TripoSR axes."""

    def __init__(
        self, field: TriplaneField, threshold: float, density_blur: float, check: Callable[[], None] = lambda: None
    ) -> None:
        """density_blur: as in SurfaceSettings; the slope is taken over as long a way. check: stops by raising."""
        self._field, self._check = field, check
        self._level = field.raw_threshold(threshold)
        self._step = max(STEP_OF_A_CELL, density_blur) * 2.0 * field.radius / max(field.planes.shape[2:])

    def normals(self, points: Tensor, along: Tensor) -> Tensor:
        """The surface's normals [N, 3], of length 1, seen from points [N, 3] along unit vectors [N, 3].

        Where there is no surface within REACH: the slope at the point itself.
        """
        return self._slopes(points + self._way(points, along)[:, None] * along)

    def _way(self, points: Tensor, along: Tensor) -> Tensor:
        """How far the surface is along `along`, negative: against it; by two steps of the secant method."""
        here = self._beyond(points)
        far = torch.sign(here) * REACH
        there = self._beyond(points + far[:, None] * along)
        crossed = (here * there) < 0.0
        first = torch.where(crossed, far * here / _not_zero(here - there), torch.zeros_like(far))
        between = self._beyond(points + first[:, None] * along)
        beyond = between * here < 0.0  # of the bracket's ends, that which has the other sign
        end, value = torch.where(beyond, torch.zeros_like(far), far), torch.where(beyond, here, there)
        second = first + (end - first) * between / _not_zero(between - value)
        return torch.where(crossed, second, first)

    def _slopes(self, points: Tensor) -> Tensor:
        slope = torch.empty_like(points)
        for axis in range(3):
            way = torch.zeros(3, device=points.device)
            way[axis] = self._step
            slope[:, axis] = self._beyond(points - way) - self._beyond(points + way)
        return functional.normalize(slope, dim=1)

    def _beyond(self, points: Tensor) -> Tensor:
        """Raw density less that of the surface: positive inside."""
        inside = points.clamp(-self._field.radius, self._field.radius)
        return self._field.raw_density(inside, self._check) - self._level


def _not_zero(values: Tensor) -> Tensor:
    return torch.where(values.abs() < 1e-12, torch.full_like(values, 1e-12), values)
