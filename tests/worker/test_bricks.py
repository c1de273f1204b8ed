# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses are each point's own, lead back to it, and tell what nobody covered."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from triposr_addon.worker.bricks import Bricks, Points  # noqa: E402 - after the check that torch is there

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")


def some_points(side: int, count: int, seed: int = 1) -> Tensor:
    rows = torch.randint(0, side, (count, 3), generator=torch.Generator().manual_seed(seed))
    distinct: Tensor = rows.unique(dim=0)
    return distinct


@pytest.mark.parametrize("side", [2, 5, 64, 259, 641, 1026])
def test_each_point_has_an_address_of_its_own(side: int) -> None:
    rows = some_points(side, 300)
    bricks = Bricks(side, CPU)
    fresh = bricks.cover(Points.of(rows))
    addresses = bricks.addresses(Points.of(rows))
    assert len(addresses.unique()) == len(rows)
    assert torch.isin(addresses, fresh).all()
    assert torch.equal(bricks.points(addresses).stacked(), rows.int())


def test_covering_again_keeps_addresses() -> None:
    first, second = Points.of(some_points(100, 50)), Points.of(some_points(100, 50, seed=2))
    bricks = Bricks(100, CPU)
    bricks.cover(first)
    before = bricks.addresses(first)
    assert len(bricks.cover(second)) > 0
    assert torch.equal(bricks.addresses(first), before)
    assert len(bricks.cover(second)) == 0


def test_what_is_not_covered_lies_in_the_first_brick() -> None:
    bricks = Bricks(64, CPU)
    empty = bricks.size
    bricks.cover(Points.of(torch.tensor([[0, 0, 0]])))
    far = bricks.addresses(Points.of(torch.tensor([[63, 0, 5], [8, 8, 8]])))
    assert (far < empty).all()
    assert (bricks.addresses(Points.of(torch.tensor([[0, 0, 0], [1, 2, 3]]))) >= empty).all()


def test_points_that_cross_come_by_z_then_y_then_x() -> None:
    axes = [torch.tensor([[0], [1]], dtype=torch.int32) + start for start in (10, 20, 30)]
    bricks = Bricks(64, CPU)
    crossing = Points.crossing(*axes)
    bricks.cover(crossing)
    rows = bricks.points(bricks.addresses(crossing)).stacked().tolist()
    assert rows == [[x, y, z] for z in (30, 31) for y in (20, 21) for x in (10, 11)]
