# SPDX-License-Identifier: GPL-3.0-or-later
"""Balls apart from each other, by their sizes."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from tests.worker.manifold import is_closed  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.crossed_cells import cells_of_grid, padded  # noqa: E402
from triposr_addon.worker.marching_cubes import Triangulation, triangulate  # noqa: E402
from triposr_addon.worker.parts import part_labels, without_small_parts  # noqa: E402

pytestmark = pytest.mark.torch

BALLS = ((10.0, 8.0), (26.0, 4.0), (36.0, 2.0), (44.0, 2.0))
"""Where on x, and the radius."""


def row_of_balls() -> Triangulation:
    axis = torch.arange(48.0)
    x, y, z = torch.meshgrid(axis, axis[:20], axis[:20], indexing="ij")
    values = torch.stack([radius - ((x - at) ** 2 + (y - 10) ** 2 + (z - 10) ** 2).sqrt() for at, radius in BALLS])
    return triangulate(cells_of_grid(padded(values.amax(dim=0))))


def places_of_parts(mesh: Triangulation) -> Tensor:
    """The mean x of each part."""
    labels = part_labels(mesh.triangles, len(mesh.starts))
    x = mesh.starts[:, 0].float() - 1
    places: Tensor = torch.stack([x[labels == label].mean().round() for label in labels.unique()])
    return places


@pytest.mark.parametrize(
    ("smallest", "kept"),
    [(0.0, [10, 26, 36, 44]), (0.01, [10, 26, 36, 44]), (0.1, [10, 26]), (0.5, [10]), (1.0, [10])],
)
def test_parts_below_a_share_of_the_largest_go(smallest: float, kept: list[float]) -> None:
    mesh = without_small_parts(row_of_balls(), smallest)
    assert sorted(places_of_parts(mesh).tolist()) == pytest.approx(kept, abs=1.0)
    assert is_closed(mesh.triangles)
    assert int(mesh.triangles.max()) == len(mesh.starts) - 1
    assert {len(part) for part in (mesh.axes, mesh.lower_values, mesh.upper_values)} == {len(mesh.starts)}


def test_what_stays_lies_where_it_lay() -> None:
    mesh = row_of_balls()
    largest = without_small_parts(mesh, 1.0)
    before, after = mesh.vertices(mesh.linear_shares()), largest.vertices(largest.linear_shares())
    assert torch.equal(before[before[:, 0] < 20], after)


def test_a_long_chain_is_one_part() -> None:
    """In an order of vertices that label propagation alone would need thousands of rounds for."""
    order = torch.randperm(20_000, generator=torch.Generator().manual_seed(3))
    chain = torch.stack([order[:-2], order[1:-1], order[2:]], dim=1).int()
    assert part_labels(chain, 20_000).unique().tolist() == [0]


def test_a_vertex_without_triangles_is_a_part_of_its_own() -> None:
    assert part_labels(torch.tensor([[1, 2, 4]]), 5).tolist() == [0, 1, 1, 3, 1]
