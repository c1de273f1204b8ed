# SPDX-License-Identifier: GPL-3.0-or-later
"""A blurred field is smoother, keeps its volume, and is the same at every resolution."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from tests.worker.fitted_fields import fitted_field  # noqa: E402 - after the check that torch is there
from tests.worker.manifold import is_closed  # noqa: E402
from tests.worker.measures import area, volume  # noqa: E402
from tests.worker.solids import THRESHOLD, ball  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.density_blur import BlurredLattice, gaussian_weights, within_range  # noqa: E402
from triposr_addon.worker.surface import Surface, extract_surface  # noqa: E402

pytestmark = pytest.mark.torch


def extracted(facts: Path, name: str, **settings: float) -> Surface:
    wanted = dataclasses.replace(SurfaceSettings(129, THRESHOLD), **settings)  # type: ignore[arg-type]  # as named
    return extract_surface(fitted_field(facts, name), wanted, lambda _share: None)


def slope(side: int) -> Tensor:
    """Values that fall by 1 a sample along x, 0 in the middle."""
    values: Tensor = (side - 1) / 2 - torch.arange(float(side))
    return values[:, None, None].expand(side, side, side)


@pytest.mark.parametrize("sigma", [0.5, 0.7, 2.0])
def test_a_flat_wall_stays_where_it_is(sigma: float) -> None:
    lattice = BlurredLattice(slope(33) + 4.0, resolution=65, sigma=sigma, level=4.0)
    values = lattice.lattice(torch.arange(65)) - 4.0
    assert values[:32].min() > 0.0 > values[33:].max()
    assert float(values[32].abs().max()) < 0.05


def test_the_weights_are_a_gaussian() -> None:
    weights = gaussian_weights(41, 21, 2.0)
    assert torch.allclose(weights.sum(dim=1), torch.ones(41))
    middle = weights[20].double()
    assert int(middle.argmax()) == 10
    assert float(middle[12] / middle[10]) == pytest.approx(math.exp(-0.5), rel=1e-5)
    assert float((middle * (torch.arange(21) - 10) ** 2).sum()) == pytest.approx(4.0, rel=1e-3)


def test_far_values_do_not_matter() -> None:
    far = slope(9) * torch.where(slope(9).abs() > 1.5, 100.0, 1.0)
    assert torch.equal(within_range(far), within_range(slope(9)))
    assert float(within_range(slope(9)).abs().max()) == 0.5


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 2.0])
def test_a_ball_stays_a_ball(sigma: float) -> None:
    surface = extract_surface(ball(0.5), SurfaceSettings(129, THRESHOLD, density_blur=sigma), lambda _share: None)
    assert is_closed(surface.triangles)
    assert (surface.vertices.norm(dim=1) - 0.5).abs().max() < 0.005


def test_less_than_the_smallest_counts_as_the_smallest() -> None:
    """So the help says; files of older versions hold such values."""
    fainter, smallest = (
        extract_surface(ball(0.5), SurfaceSettings(64, THRESHOLD, density_blur=sigma), lambda _share: None)
        for sigma in (0.1, 0.5)
    )
    assert torch.equal(fainter.vertices, smallest.vertices)


@pytest.mark.parity
@pytest.mark.parametrize("name", ["chair", "thin"])
def test_a_fitted_field_gets_smoother_and_is_as_much(facts: Path, name: str) -> None:
    plain, blurred = extracted(facts, name), extracted(facts, name, density_blur=1.0)
    assert is_closed(blurred.triangles)
    per_volume = [area(s.vertices, s.triangles) / volume(s.vertices, s.triangles) for s in (plain, blurred)]
    assert per_volume[1] < 0.9 * per_volume[0]
    # Not nearer: the plain volume has sheets that fall between the samples.
    assert 0.8 < volume(blurred.vertices, blurred.triangles) / volume(plain.vertices, plain.triangles) < 1.5


@pytest.mark.parity
def test_it_is_the_same_at_every_resolution(facts: Path) -> None:
    volumes = []
    for side in (97, 129, 160):
        surface = extracted(facts, "nerf_chair", density_blur=0.7, resolution=side)
        volumes.append(volume(surface.vertices, surface.triangles))
    assert max(volumes) < 1.02 * min(volumes)


def test_nothing_dense_enough_is_named() -> None:
    with pytest.raises(failures.SurfaceEmpty):
        extract_surface(ball(0.5), SurfaceSettings(64, 1e6, density_blur=1.0), lambda _share: None)
