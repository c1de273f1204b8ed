# SPDX-License-Identifier: GPL-3.0-or-later
"""A field averaged with its mirror image: known for a ball that stands aside."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from tests.worker.fitted_fields import fitted_field  # noqa: E402 - after the check that torch is there
from tests.worker.manifold import is_closed  # noqa: E402
from tests.worker.solids import THRESHOLD, ball  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.axes import mirrored  # noqa: E402
from triposr_addon.worker.band_level import lattice_places  # noqa: E402
from triposr_addon.worker.bricks import Points  # noqa: E402
from triposr_addon.worker.plane_maps import PlaneMaps  # noqa: E402
from triposr_addon.worker.surface import extract_surface  # noqa: E402
from triposr_addon.worker.symmetry import SymmetricMaps  # noqa: E402

pytestmark = pytest.mark.torch

HOME = torch.device("cpu")


@pytest.mark.parametrize("resolution", [64, 129, 130])
def test_a_ball_aside_and_its_image_make_a_ball_in_the_middle(resolution: int) -> None:
    """The mean of (y - d)^2 and (y + d)^2 is y^2 + d^2."""
    settings = SurfaceSettings(resolution, THRESHOLD, symmetry=True)
    surface = extract_surface(ball(0.5, right=0.3), settings, lambda _share: None)
    assert is_closed(surface.triangles)
    assert (surface.vertices.norm(dim=1) - math.sqrt(0.5**2 - 0.3**2)).abs().max() < 3e-3


@pytest.mark.parity
@pytest.mark.parametrize(("resolution", "stride"), [(33, 1), (33, 2), (32, 4)])
def test_nodes_and_their_images_have_the_same_value(facts: Path, resolution: int, stride: int) -> None:
    field = fitted_field(facts, "nerf_chair")
    maps = SymmetricMaps(PlaneMaps(field, resolution))
    places = lattice_places(resolution, stride, HOME)
    nodes = Points.of(torch.cartesian_prod(places, places, places))
    images = Points(nodes.x, resolution - 1 - nodes.y, nodes.z)
    assert torch.allclose(maps.raw_density(nodes), maps.raw_density(images), atol=1e-4)
    one_by_one = PlaneMaps(field, resolution).raw_density
    expected = (one_by_one(nodes) + one_by_one(images)) / 2
    assert torch.allclose(maps.raw_density(nodes), expected, atol=1e-4)
    assert torch.allclose(maps.lattice(places).flatten(), expected, atol=1e-4)


def test_a_lattice_that_is_its_own_image_is_asked_once() -> None:
    maps = SymmetricMaps(PlaneMaps(ball(), 17))
    maps.lattice(lattice_places(17, 2, HOME))
    assert maps.asked == 9**3
    aside = SymmetricMaps(PlaneMaps(ball(), 18))
    aside.lattice(lattice_places(18, 2, HOME))
    assert aside.asked == 2 * 10**3


@pytest.mark.parity
def test_points_of_a_symmetric_field_are_as_their_images(facts: Path) -> None:
    field = dataclasses.replace(fitted_field(facts, "nerf_chair"), symmetric=True)
    points = (torch.rand(500, 3, generator=torch.Generator().manual_seed(2)) - 0.5) * 1.6
    assert torch.allclose(field.raw_density(points), field.raw_density(mirrored(points)), atol=1e-4)
    assert torch.allclose(field.colour(points), field.colour(mirrored(points)), atol=1e-4)


@pytest.mark.parity
def test_a_fitted_field_gets_a_symmetric_surface(facts: Path) -> None:
    """Every vertex has its image among the vertices, nearer than a hundredth of a lattice step."""
    settings = SurfaceSettings(97, THRESHOLD, symmetry=True)
    vertices = extract_surface(fitted_field(facts, "nerf_chair"), settings, lambda _share: None).vertices
    nearest = torch.cat([_distances(part, vertices).amin(dim=1) for part in mirrored(vertices).split(1000)])
    assert float(nearest.max()) < 0.01 * 2 * 0.87 / 96


def _distances(points: Tensor, others: Tensor) -> Tensor:
    """By differences: through products, float32 would leave an error of a hundredth of a step."""
    distances: Tensor = torch.cdist(points, others, compute_mode="donot_use_mm_for_euclid_dist")
    return distances
