# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plane leaves of a ball is known; its base is flat."""

from __future__ import annotations

import dataclasses
import math

import pytest

torch = pytest.importorskip("torch")
from tests.worker.manifold import is_closed  # noqa: E402 - after the check that torch is there
from tests.worker.measures import volume  # noqa: E402
from tests.worker.solids import BOX, THRESHOLD, ball, rod  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.flat_base import Probe, base_or_none  # noqa: E402
from triposr_addon.worker.surface import Surface, extract_surface  # noqa: E402

pytestmark = pytest.mark.torch

PLAIN = SurfaceSettings(129, THRESHOLD, flat_base=0.2)


def extracted(settings: SurfaceSettings) -> Surface:
    return extract_surface(ball(0.5), settings, lambda _share: None)


@pytest.mark.parametrize(
    "settings",
    [
        PLAIN,
        dataclasses.replace(PLAIN, resolution=64),
        dataclasses.replace(PLAIN, resolution=64, exact=True),
        dataclasses.replace(PLAIN, resolution=150),
        dataclasses.replace(PLAIN, interpolation="density"),
        dataclasses.replace(PLAIN, density_blur=0.5),
        dataclasses.replace(PLAIN, symmetry=True),
        dataclasses.replace(PLAIN, smoothing=5),
    ],
)
def test_a_ball_loses_its_cap(settings: SurfaceSettings) -> None:
    """A fifth of the height is a cap of 0.2 below the plane z = -0.3."""
    surface = extracted(settings)
    z, triangles = surface.vertices[:, 2], surface.triangles.long()
    base = float(z.min())
    step = 2 * BOX / (settings.resolution - 1)
    assert base == pytest.approx(-0.3, abs=0.01)
    assert is_closed(surface.triangles)
    cap = math.pi * (0.5 + base) ** 2 * (3 * 0.5 - (0.5 + base)) / 3
    assert volume(surface.vertices, triangles) == pytest.approx(4 / 3 * math.pi * 0.5**3 - cap, rel=0.03)
    flat = (z[triangles] == base).all(dim=1)
    corners = surface.vertices.double()[triangles[flat]]
    across = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    radius = math.sqrt(0.5**2 - base**2)
    assert float(across[:, 2].sum() / -2) == pytest.approx(math.pi * radius**2, rel=3 * step / radius)


def test_the_base_is_the_same_at_other_resolutions() -> None:
    heights = [
        float(extracted(dataclasses.replace(PLAIN, resolution=side)).vertices[:, 2].min()) for side in (100, 129, 200)
    ]
    assert max(heights) - min(heights) < 0.01


def test_no_base_is_no_cut() -> None:
    assert float(extracted(SurfaceSettings(64, THRESHOLD)).vertices[:, 2].min()) == pytest.approx(-0.5, abs=3e-3)


def test_what_leaves_the_box_is_cut_too() -> None:
    surface = extract_surface(rod(0.4), PLAIN, lambda _share: None)
    assert is_closed(surface.triangles)
    assert float(surface.vertices[:, 2].min()) == pytest.approx(-0.4 + 0.2 * 0.8, abs=0.01)


@pytest.mark.parametrize(("smallest_part", "lowest"), [(0.0, 5.0), (0.2, 20.0)])
def test_dropped_parts_do_not_lower_the_base(smallest_part: float, lowest: float) -> None:
    """A ball from 20 to 40 above a speck from 5 to 9."""
    places = torch.arange(0, 49)
    x, y, z = torch.meshgrid(places.float(), places.float(), places.float(), indexing="ij")
    across = (x - 24) ** 2 + (y - 24) ** 2
    values = torch.maximum(10 - (across + (z - 30) ** 2).sqrt(), 2 - (across + (z - 7) ** 2).sqrt())
    base = base_or_none(Probe(places, values + 1.0), 49, 1.0, share=0.25, smallest_part=smallest_part)
    assert base == pytest.approx(lowest + 0.25 * (40 - lowest), abs=0.1)


def test_where_nothing_is_there_is_no_base() -> None:
    assert base_or_none(Probe(torch.arange(9), -torch.ones(9, 9, 9)), 9, 0.0, share=0.1, smallest_part=0.0) is None
