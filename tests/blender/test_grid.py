# SPDX-License-Identifier: GPL-3.0-or-later
"""A grid for objects that arrive one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


def test_lines_of_cells(room: Callable[[str], Any]) -> None:
    grid = room("blender.grid").Grid((1.0, 2.0, 3.0), 2, 1.5)
    places = [grid.place_for(1.0, 1.0) for _ in range(5)]
    assert places == [(1.0, 2.0, 3.0), (2.5, 2.0, 3.0), (1.0, 3.5, 3.0), (2.5, 3.5, 3.0), (1.0, 5.0, 3.0)]


def test_none_stands_in_another_whatever_their_sizes(room: Callable[[str], Any]) -> None:
    sizes = [(0.3, 0.4), (4.0, 0.5), (0.9, 3.2), (1.0, 1.0), (9.0, 1.0), (0.2, 0.2), (1.31, 1.29), (1.0, 2.0)] * 3
    grid = room("blender.grid").grid_for(len(sizes), (0.0, 0.0, 0.0), 1.0)
    boxes = [(grid.place_for(*size), size) for size in sizes]
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        apart = [abs(one[axis] - other[axis]) - (first[axis] + second[axis]) / 2 for axis in range(2)]
        assert max(apart) > -1e-9


def test_what_is_expected_is_what_comes(room: Callable[[str], Any]) -> None:
    grid = room("blender.grid").Grid((0.0, 0.0, 0.0), 3, 1.0)
    grid.place_for(1.0, 1.0)
    widths = [0.5, 2.0, 1.0, 1.0]
    expected = grid.expected(widths)
    assert expected == [grid.place_for(width, width) for width in widths]


def test_sixty_make_a_square(room: Callable[[str], Any]) -> None:
    grid = room("blender.grid").grid_for(60, (0.0, 0.0, 0.0), 1.0)
    places = [grid.place_for(0.8, 0.6) for _ in range(60)]
    assert len({x for x, _, _ in places}) == len({y for _, y, _ in places}) == 8
