# SPDX-License-Identifier: GPL-3.0-or-later
"""What extraction asks: raw density at the nodes 0..resolution-1 of each axis, evenly from -radius to +radius."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from triposr_addon.worker.bricks import Points

Each = Callable[[int], None]
"""Takes the number of nodes done so far; stops the work by raising."""


def unwatched(_done: int) -> None:
    """An Each that lets everything pass."""


class WholeLattice(Protocol):
    """A lattice that is asked by whole blocks of nodes."""

    @property
    def resolution(self) -> int:
        """Nodes on each side."""

    @property
    def device(self) -> torch.device:
        """Where values come to be."""

    @property
    def asked(self) -> int:
        """How often the field's decoder was asked so far."""

    def lattice(self, places: Tensor, rows: Tensor | None = None, each: Each = unwatched) -> Tensor:
        """Raw density [X, P, P] by x, y, z: y and z among `places` [P], x among `rows` [X] (None: places too)."""


class SparseLattice(WholeLattice, Protocol):
    """A lattice that can be asked node by node too."""

    def raw_density(self, nodes: Points, each: Each = unwatched) -> Tensor:
        """Raw density [N] at nodes [N]."""
