# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cells and faces of a grid the surface crosses."""

from __future__ import annotations

import itertools

import pytest

torch = pytest.importorskip("torch")
from triposr_addon.worker.crossed_cells import (  # noqa: E402 - after the check that torch is there
    CORNERS,
    OUTSIDE,
    cases,
    cells_of_grid,
    faces_crossed,
    padded,
)

pytestmark = pytest.mark.torch


def test_a_grid_by_its_definition() -> None:
    grid = torch.randn(4, 5, 6, generator=torch.Generator().manual_seed(1)) - 0.8
    crossed = cells_of_grid(grid, first_x=7)
    expected = []
    for x, y, z in itertools.product(range(3), range(4), range(5)):
        corners = [grid[x + a, y + b, z + c].item() for a, b, c in CORNERS]
        if len({corner > 0 for corner in corners}) == 2:
            expected.append(([x + 7, y, z], corners))
    assert crossed.cells.stacked().tolist() == [cell for cell, _ in expected]
    assert crossed.values.T.tolist() == [corners for _, corners in expected]


def test_all_cases_and_their_faces() -> None:
    every = torch.tensor([[1.0 if case >> corner & 1 else -1.0 for case in range(256)] for corner in range(8)])
    assert cases(every).tolist() == list(range(256))
    faces = faces_crossed(every)
    for case, axis, upper in itertools.product(range(256), range(3), (0, 1)):
        ring = {every[corner, case].item() for corner in range(8) if CORNERS[corner][axis] == upper}
        assert faces[2 * axis + upper, case].item() == (len(ring) == 2)


def test_outside_counts_as_outside() -> None:
    grid = padded(torch.ones(2, 2, 2))
    assert grid.shape == (4, 4, 4)
    assert grid[0, 0, 0] == OUTSIDE
    assert len(cells_of_grid(grid).cells) == 26  # all but the one in the middle
