# SPDX-License-Identifier: GPL-3.0-or-later
"""Places in a grid, for many objects that arrive one by one, of sizes that nobody knows before."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

from .placement import Place

PITCH_SHARE = 1.3
"""Of the objects' size (which is their height, or their longest side): from cell to cell."""


class Grid:
    """Lines along X, the next one behind (+Y). Large objects take several cells, so that none stands in another.

    start: the middle of the first cell. columns: cells in a line. pitch: a cell's side. All in Blender units.
    """

    def __init__(self, start: Place, columns: int, pitch: float) -> None:
        self._start = start
        self._columns = columns
        self._pitch = pitch
        self._column = 0
        self._line = 0
        self._deepest = 1

    def place_for(self, width: float, depth: float = 0.0) -> Place:
        """Where the middle of the next object stands, which is that large; each call is one object."""
        across, back = self._cells(width), self._cells(depth)
        if self._column and self._column + across > self._columns:
            self._column, self._line, self._deepest = 0, self._line + self._deepest, 1
        x, y, z = self._start
        place = (
            x + (self._column + (across - 1) / 2.0) * self._pitch,
            y + (self._line + (back - 1) / 2.0) * self._pitch,
            z,
        )
        self._column, self._deepest = self._column + across, max(self._deepest, back)
        return place

    def expected(self, widths: Sequence[float]) -> list[Place]:
        """Where the next objects would stand, if they were that wide, and as deep."""
        rehearsed = copy.copy(self)
        return [rehearsed.place_for(width, width) for width in widths]

    def _cells(self, length: float) -> int:
        return max(math.ceil(length / self._pitch - 1e-6), 1)


def grid_for(count: int, start: Place, size: float) -> Grid:
    """As wide as it is deep for `count` objects of that size."""
    return Grid(start, max(math.ceil(math.sqrt(count)), 1), size * PITCH_SHARE)
