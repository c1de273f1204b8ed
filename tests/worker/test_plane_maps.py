# SPDX-License-Identifier: GPL-3.0-or-later
"""A lattice asked through maps gives what the field gives point by point."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from tests.worker.solids import ball  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.bricks import Points  # noqa: E402
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.model.config import DecoderConfig  # noqa: E402
from triposr_addon.worker.model.decoder import FieldDecoder  # noqa: E402
from triposr_addon.worker.plane_maps import PlaneMaps  # noqa: E402

pytestmark = pytest.mark.torch


def random_field() -> TriplaneField:
    generator = torch.Generator().manual_seed(5)
    planes = torch.randn(3, 8, 12, 20, generator=generator)  # not square: rows and columns must not be swapped
    torch.manual_seed(6)
    decoder = FieldDecoder(DecoderConfig(in_channels=24, n_neurons=16, n_hidden_layers=3)).requires_grad_(False)
    return TriplaneField(planes, decoder, radius=0.6, density_bias=-1.0)


def positions(nodes: Tensor, resolution: int, radius: float) -> Tensor:
    return (nodes / (resolution - 1) * 2 - 1) * radius


@pytest.mark.parametrize("field", [random_field(), ball()], ids=["random", "ball"])
def test_nodes_are_what_points_are(field: TriplaneField) -> None:
    nodes = torch.randint(0, 33, (500, 3), generator=torch.Generator().manual_seed(1))
    expected = field.raw_density(positions(nodes, 33, field.radius))
    assert torch.allclose(PlaneMaps(field, 33).raw_density(Points.of(nodes)), expected, atol=2e-4)


def test_a_lattice_is_its_nodes() -> None:
    maps = PlaneMaps(random_field(), 33)
    places = torch.tensor([0, 1, 7, 31, 32])
    expected = maps.raw_density(Points.of(torch.cartesian_prod(places, places, places))).view(5, 5, 5)
    assert torch.allclose(maps.lattice(places), expected, atol=1e-5)


def test_rows_are_those_of_the_lattice() -> None:
    maps = PlaneMaps(random_field(), 16)
    places = torch.arange(16)
    assert torch.equal(maps.lattice(places, places[5:9]), maps.lattice(places)[5:9])
    assert maps.asked == 4 * 16**2 + 16**3


def test_progress_ends_with_everything_done() -> None:
    done: list[int] = []
    PlaneMaps(random_field(), 16).lattice(torch.arange(16), each=done.append)
    assert done == sorted(done)
    assert done[-1] == 16**3
