# SPDX-License-Identifier: GPL-3.0-or-later
"""A rough ball gets smoother and stays as large."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402

from tests.worker.measures import area, volume  # noqa: E402 - after the check that torch is there
from tests.worker.solids import THRESHOLD, ball  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.smoothing import smoothed  # noqa: E402
from triposr_addon.worker.surface import extract_surface  # noqa: E402

pytestmark = pytest.mark.torch


def rough_ball() -> tuple[Tensor, Tensor]:
    surface = extract_surface(ball(0.5), SurfaceSettings(64, THRESHOLD), lambda _share: None)
    noise = torch.randn(len(surface.vertices), 1, generator=torch.Generator().manual_seed(4))
    return surface.vertices * (1.0 + 0.01 * noise), surface.triangles


def test_roughness_goes_and_the_size_stays() -> None:
    vertices, triangles = rough_ball()
    smooth = smoothed(vertices, triangles, 20)
    assert float(smooth.norm(dim=1).std()) < 0.4 * float(vertices.norm(dim=1).std())
    assert area(smooth, triangles) < area(vertices, triangles)
    assert volume(smooth, triangles) == pytest.approx(volume(vertices, triangles), rel=0.01)


def test_a_hundred_steps_do_not_shrink() -> None:
    surface = extract_surface(ball(0.5), SurfaceSettings(64, THRESHOLD), lambda _share: None)
    smooth = smoothed(surface.vertices, surface.triangles, 100)
    whole = volume(surface.vertices, surface.triangles)
    assert whole < volume(smooth, surface.triangles) < 1.02 * whole


def test_one_step_of_a_tetrahedron_is_known() -> None:
    """The mean of a corner's neighbours is -1/3 of the corner, where the middle is 0."""
    corners = torch.tensor([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]], dtype=torch.int32)
    expected = corners * (1 - 0.5 * 4 / 3) * (1 + 0.53 * 4 / 3)
    assert torch.allclose(smoothed(corners, triangles, 1), expected)


def test_no_step_changes_nothing() -> None:
    vertices, triangles = rough_ball()
    assert smoothed(vertices, triangles, 0) is vertices
