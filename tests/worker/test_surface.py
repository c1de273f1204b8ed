# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces of solids whose size, place and colour are known; and of the goldens, by the reference's own measures."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from tests.worker.fitted_fields import fitted_field  # noqa: E402 - after the check that torch is there
from tests.worker.manifold import is_closed  # noqa: E402
from tests.worker.measures import area, volume  # noqa: E402
from tests.worker.solids import BOX, THRESHOLD, ball, rod  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.checkpoint import load_checkpoint  # noqa: E402
from triposr_addon.worker.crossed_cells import cells_of_grid  # noqa: E402
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.marching_cubes import triangulate  # noqa: E402
from triposr_addon.worker.plane_maps import PlaneMaps  # noqa: E402
from triposr_addon.worker.surface import Surface, extract_surface  # noqa: E402

pytestmark = pytest.mark.torch


def extracted(field: TriplaneField, resolution: int, threshold: float = THRESHOLD) -> Surface:
    return extract_surface(field, SurfaceSettings(resolution, threshold), lambda _share: None)


@pytest.mark.parametrize("resolution", [16, 63, 64, 128, 201])
def test_a_ball_has_its_size_and_faces_outwards(resolution: int) -> None:
    surface = extracted(ball(0.5), resolution)
    step = 2 * BOX / (resolution - 1)
    assert is_closed(surface.triangles)
    assert surface.vertices.dtype == torch.float32
    assert (surface.vertices.norm(dim=1) - 0.5).abs().max() < max(0.1 * step, 1e-3)
    assert volume(surface.vertices, surface.triangles) == pytest.approx(
        4 / 3 * math.pi * 0.5**3, rel=6 * step**2 + 2e-3
    )


@pytest.mark.parametrize("resolution", [32, 130])
def test_what_reaches_the_boxs_sides_is_closed_there(resolution: int) -> None:
    surface = extracted(rod(0.4), resolution)
    step = 2 * BOX / (resolution - 1)
    assert is_closed(surface.triangles)
    assert surface.vertices[:, 0].max().item() == pytest.approx(BOX + step / 2, abs=1e-5)
    assert volume(surface.vertices, surface.triangles) == pytest.approx((2 * BOX + step) * math.pi * 0.4**2, rel=0.03)


@pytest.mark.parametrize("settings", [SurfaceSettings(48), SurfaceSettings(160), SurfaceSettings(48, exact=True)])
def test_everything_is_made_where_the_field_is(settings: SurfaceSettings) -> None:
    """Whatever names no device lands on "meta" here, where nothing can be computed with the field's tensors."""
    field = ball(0.5)
    with torch.device("meta"):
        elsewhere = extract_surface(field, settings, lambda _share: None)
    here = extract_surface(field, settings, lambda _share: None)
    assert torch.equal(elsewhere.triangles, here.triangles)
    assert torch.equal(elsewhere.vertices, here.vertices)


def test_the_threshold_moves_the_surface() -> None:
    """Twice the density is nearer to the middle: at r with 30 (0.25 - r^2) = ln 2."""
    surface = extracted(ball(0.5), 96, 2 * THRESHOLD)
    expected = math.sqrt(0.25 - math.log(2) / 30)
    assert (surface.vertices.norm(dim=1) - expected).abs().max() < 2e-3


def test_nothing_dense_enough_is_named() -> None:
    with pytest.raises(failures.SurfaceEmpty, match="Lower the threshold"):
        extracted(ball(0.5), 64, 1e6)


def test_everything_too_dense_is_named() -> None:
    with pytest.raises(failures.SurfaceFull, match="Raise the threshold"):
        extracted(ball(2.0), 64)


def test_values_that_are_not_numbers_are_named() -> None:
    field = ball(0.5)
    planes = field.planes.clone()
    planes[0, 0, 10, 10] = math.nan
    with pytest.raises(failures.FieldNotFinite):
        extracted(dataclasses.replace(field, planes=planes), 64)


@pytest.mark.parametrize(
    ("resolution", "threshold"), [(15, 25.0), (1025, 25.0), (-1, 25.0), (64, 0.0), (64, -3.0), (64, math.inf)]
)
def test_settings_out_of_range_are_named(resolution: int, threshold: float) -> None:
    with pytest.raises(failures.SettingsInvalid):
        extracted(ball(0.5), resolution, threshold)


@pytest.mark.parametrize(
    "settings",
    [
        SurfaceSettings(64, density_blur=2.1),
        SurfaceSettings(64, density_blur=-0.1),
        SurfaceSettings(64, smallest_part=1.1),
        SurfaceSettings(64, smoothing=-1),
        SurfaceSettings(64, smoothing=101),
        SurfaceSettings(64, flat_base=0.31),
        SurfaceSettings(64, flat_base=math.nan),
    ],
)
def test_what_shapes_out_of_range_is_named(settings: SurfaceSettings) -> None:
    with pytest.raises(failures.SettingsInvalid, match="must lie between 0 and"):
        extract_surface(ball(0.5), settings, lambda _share: None)


ALL_AT_ONCE = SurfaceSettings(
    129, THRESHOLD, symmetry=True, density_blur=0.7, smallest_part=0.05, smoothing=10, flat_base=0.05
)


@pytest.mark.parity
@pytest.mark.parametrize("name", ["chair", "thin"])
@pytest.mark.parametrize("changes", [{}, {"density_blur": 0.0}, {"resolution": 96, "density_blur": 0.0}])
def test_a_fitted_field_stays_closed_with_everything_on(facts: Path, name: str, changes: dict[str, float]) -> None:
    settings = dataclasses.replace(ALL_AT_ONCE, **changes)  # type: ignore[arg-type]  # the names are SurfaceSettings'
    surface = extract_surface(fitted_field(facts, name), settings, lambda _share: None)
    assert is_closed(surface.triangles)
    assert volume(surface.vertices, surface.triangles) > 0.0


@pytest.mark.parity
def test_the_reference_extracts_the_same_surface(facts: Path, tiny_checkpoint: Path) -> None:
    """Unclosed, and placed by the density as the reference does: exactly as many triangles.

    The measures may differ by the tables' different diagonals, on a surface that is noise: area 0.5 %, volume 5 % of
    area x lattice step, the triangles' mean centre 5 % of a step, bounds 1 % of a step.
    """
    golden = np.load(facts / "parity" / "golden_tiny.npz")
    resolution, threshold = int(golden["mesh_resolution"]), float(golden["mesh_threshold"])
    checkpoint = load_checkpoint(tiny_checkpoint, torch.device("cpu"))
    numbers = checkpoint.config.field
    scene_code = torch.from_numpy(golden["scene_code"])
    field = TriplaneField(scene_code, checkpoint.reconstructor.decoder, numbers.radius, numbers.density_bias)
    density = torch.exp(PlaneMaps(field, resolution).lattice(torch.arange(resolution)) + numbers.density_bias)
    mesh = triangulate(cells_of_grid(density - threshold))
    step = 2 * numbers.radius / (resolution - 1)
    vertices = mesh.vertices(mesh.linear_shares()) * step - numbers.radius

    assert len(mesh.triangles) == int(golden["mesh_faces"])
    assert area(vertices, mesh.triangles) == pytest.approx(float(golden["mesh_area"]), rel=0.005)
    assert abs(abs(volume(vertices, mesh.triangles)) - float(golden["mesh_volume"])) < 0.05 * step * golden["mesh_area"]
    bounds = torch.stack([vertices.amin(dim=0), vertices.amax(dim=0)]).numpy()
    assert np.abs(bounds - golden["mesh_bounds"]).max() < 0.01 * step
    centre = vertices[mesh.triangles].mean(dim=(0, 1)).numpy()
    assert np.abs(centre - golden["mesh_centroid"]).max() < 0.05 * step
