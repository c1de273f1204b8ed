# SPDX-License-Identifier: GPL-3.0-or-later
"""Lattice cells that the surface crosses, and how to find them in a grid of values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.worker.bricks import Points

CORNERS = tuple((c & 1, c >> 1 & 1, c >> 2 & 1) for c in range(8))
"""Where corner c of a cell lies."""

OUTSIDE = -torch.inf
"""The value around a lattice, where everything counts as outside."""


@dataclass(frozen=True)
class CrossedCells:
    """Cells that the surface crosses.

    cells: [M] each cell's corner 0, with coordinates of 0 or more. values: [8, M] at its corners, inside where above 0;
    shared corners hold the same value in each cell.
    """

    cells: Points
    values: Tensor

    @classmethod
    def joined(cls, parts: list[CrossedCells]) -> CrossedCells:
        """Several lists as one."""
        return cls(Points.joined([part.cells for part in parts]), torch.cat([part.values for part in parts], dim=1))


def cases(values: Tensor) -> Tensor:
    """For corner values [8, M] the case 0..255 of each cell [M]: bit c says that corner c is inside."""
    bits = torch.tensor([1 << corner for corner in range(8)], device=values.device, dtype=torch.int32)
    return ((values > 0) * bits[:, None]).sum(dim=0, dtype=torch.int32)


def faces_crossed(values: Tensor) -> Tensor:
    """For corner values [8, M] whether each of a cell's faces is crossed [6, M]: lower and upper x, y, z."""
    return _faces_table(values.device).index_select(1, cases(values))


@cache
def _faces_table(device: torch.device) -> Tensor:
    """Whether each of the six faces is crossed in each case [6, 256]."""
    return torch.tensor([[_face_crossed(case, face) for case in range(256)] for face in range(6)], device=device)


def _face_crossed(case: int, face: int) -> bool:
    axis, upper = divmod(face, 2)
    inside = {case >> corner & 1 for corner in range(8) if corner >> axis & 1 == upper}
    return len(inside) == 2


def padded(values: Tensor, value: float = OUTSIDE) -> Tensor:
    """A grid [X, Y, Z] with a layer of `value` around it."""
    return functional.pad(values, (1, 1, 1, 1, 1, 1), value=value)


def cells_of_grid(values: Tensor, first_x: int = 0) -> CrossedCells:
    """The crossed cells of a grid [X, Y, Z] whose first layer lies at `first_x`."""
    found = _crossed(values).nonzero()
    corners = torch.tensor(CORNERS, device=values.device)
    x, y, z = (found + corners[:, None]).unbind(dim=2)  # [8, M]
    return CrossedCells(Points.of(found + found.new_tensor([first_x, 0, 0])), values[x, y, z])


def _crossed(values: Tensor) -> Tensor:
    """Which cells of a grid have corners that are neither all inside (> 0) nor all outside."""
    inside = (values > 0).to(torch.uint8)
    for axis in range(3):
        size = inside.shape[axis] - 1
        inside = inside.narrow(axis, 0, size) + inside.narrow(axis, 1, size)
    return (inside > 0) & (inside < 8)
