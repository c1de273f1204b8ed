# SPDX-License-Identifier: GPL-3.0-or-later
"""The volume renderer's rays, against a ball and a two-coloured field of known outline."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402 - after the check that torch is there

from triposr_addon.worker.model.volume_renderer import orbit_rays, render_rays  # noqa: E402

pytestmark = pytest.mark.torch

RADIUS, DISTANCE, FOVY_DEG, SIDE, SAMPLES = 0.87, 1.9, 40.0, 96, 256


def ball(centre: tuple[float, float, float], radius: float, colour: tuple[float, float, float]):  # type: ignore[no-untyped-def]
    """A field that is opaque inside a ball and empty outside."""

    def query(points: Tensor) -> tuple[Tensor, Tensor]:
        inside = (points - torch.tensor(centre)).norm(dim=-1) < radius
        return inside * 1e6, torch.tensor(colour).expand(len(points), 3)

    return query


def test_a_ball_covers_the_angle_that_it_should() -> None:
    rays = orbit_rays(37.0, 21.0, DISTANCE, FOVY_DEG, SIDE, SIDE)
    _, opacity = render_rays(ball((0.0, 0.0, 0.0), 0.5, (1.0, 0.0, 0.0)), rays, RADIUS, SAMPLES)
    outline_tangent = 0.5 / math.sqrt(DISTANCE**2 - 0.5**2)
    outline_pixels = SIDE / 2 * outline_tangent / math.tan(math.radians(FOVY_DEG / 2))
    assert opacity.sum().item() == pytest.approx(math.pi * outline_pixels**2, rel=0.02)


@pytest.mark.parametrize(
    ("azimuth", "centre", "row", "column"),
    [
        (0.0, (0.0, 0.4, 0.0), 0, 1),  # seen from the front, +Y is on the right
        (0.0, (0.0, 0.0, 0.4), -1, 0),  # +Z is up
        (90.0, (-0.4, 0.0, 0.0), 0, 1),  # seen from +Y, -X is on the right
        (180.0, (0.0, 0.4, 0.0), 0, -1),  # from behind, +Y is on the left
    ],
)
def test_the_picture_is_not_turned_or_mirrored(
    azimuth: float, centre: tuple[float, float, float], row: int, column: int
) -> None:
    rays = orbit_rays(azimuth, 0.0, DISTANCE, FOVY_DEG, SIDE, SIDE)
    _, opacity = render_rays(ball(centre, 0.1, (1.0, 1.0, 1.0)), rays, RADIUS, SAMPLES)
    rows, columns = torch.nonzero(opacity > 0.5).double().mean(dim=0) - (SIDE - 1) / 2
    moved = SIDE / 2 * 0.4 / DISTANCE / math.tan(math.radians(FOVY_DEG / 2))
    assert (rows.item(), columns.item()) == pytest.approx((row * moved, column * moved), abs=0.5)


def test_empty_space_is_white_and_full_space_has_the_colour() -> None:
    rays = orbit_rays(0.0, 0.0, DISTANCE, FOVY_DEG, 8, 8)
    nothing, none_opaque = render_rays(ball((0.0, 0.0, 0.0), 0.0, (0.1, 0.2, 0.3)), rays, RADIUS, 16)
    everything, all_opaque = render_rays(ball((0.0, 0.0, 0.0), 9.0, (0.1, 0.2, 0.3)), rays, RADIUS, 16)
    assert torch.equal(nothing, torch.ones(8, 8, 3))
    assert not none_opaque.any()
    assert torch.allclose(everything[3:5, 3:5], torch.tensor([0.1, 0.2, 0.3]).expand(2, 2, 3), atol=1e-5)
    assert torch.allclose(all_opaque[3:5, 3:5], torch.ones(2, 2), atol=1e-5)


def test_rays_that_miss_the_box_see_white() -> None:
    rays = orbit_rays(0.0, 0.0, 20.0, FOVY_DEG, 9, 9)
    colour, opacity = render_rays(ball((0.0, 0.0, 0.0), 9.0, (0.0, 0.0, 0.0)), rays, RADIUS, 16)
    assert opacity[4, 4].item() == pytest.approx(1.0)
    assert torch.equal(colour[0, 0], torch.ones(3))


def test_opacity_follows_the_share_of_the_way_through_the_box() -> None:
    """Uniform density d: opacity is 1 - exp(-d), however long the way through the box is (the reference's rule)."""

    def query(points: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(points),), 0.7), torch.zeros(len(points), 3)

    _, opacity = render_rays(query, orbit_rays(10.0, 30.0, DISTANCE, 10.0, 16, 16), RADIUS, 64)
    assert torch.allclose(opacity, torch.full((16, 16), 1.0 - math.exp(-0.7)), atol=1e-5)
