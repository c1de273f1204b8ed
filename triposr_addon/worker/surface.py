# SPDX-License-Identifier: GPL-3.0-or-later
"""Extract: the field's iso-surface, welded, closed and facing outwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.failures import FieldNotFinite, SettingsInvalid, SurfaceEmpty, SurfaceFull
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.marching_cubes import CORNERS, Triangulation, triangulate, within_edge
from triposr_addon.worker.narrow_band import NarrowBand, coarse_places
from triposr_addon.worker.plane_maps import PlaneMaps
from triposr_addon.worker.steps import Advance

RESOLUTIONS = range(16, 1025)
COARSE_SHARE, BAND_SHARE = 0.3, 0.6
"""Of the work: the coarse lattice, always about 64 nodes a side; and the narrow band."""


@dataclass(frozen=True)
class Surface:
    """vertices: [V, 3] float32 in field units, raw TripoSR axes. triangles: [F, 3] int64, facing outwards."""

    vertices: Tensor
    triangles: Tensor


def extract_surface(field: TriplaneField, settings: SurfaceSettings, advance: Advance) -> Surface:
    """The surface where the density is settings.threshold, on a lattice of settings.resolution nodes a side.

    Outside the box everything counts as outside: where the inside touches the box, a flat lid half a lattice step
    beyond it closes the surface. Vertices are placed in log-density and then once more with the field asked there,
    which brings them an order of magnitude nearer to the surface than the reference's interpolation of the density.

    Raises SettingsInvalid, FieldNotFinite, SurfaceEmpty, SurfaceFull, Cancelled (from `advance`).
    """
    check_settings(settings)
    resolution, raw_threshold = settings.resolution, field.raw_threshold(settings.threshold)
    maps = PlaneMaps(field, resolution, lambda: advance(0.0))
    places = coarse_places(resolution).to(field.device)
    coarse = maps.lattice(places, lambda done: advance(COARSE_SHARE * done / len(places) ** 3)) - raw_threshold
    check_crossed(coarse, settings.threshold)
    if len(places) == resolution:
        cells, values = cells_of_grid(coarse)
    else:
        band = NarrowBand(maps, raw_threshold, lambda share: advance(COARSE_SHARE + BAND_SHARE * share))
        cells, values = band.crossed_cells(coarse)
    advance(COARSE_SHARE + BAND_SHARE)
    mesh = triangulate(cells, values)
    return _placed(field, mesh, resolution, raw_threshold, lambda: advance(COARSE_SHARE + BAND_SHARE))


def cells_of_grid(values: Tensor) -> tuple[Tensor, Tensor]:
    """The crossed cells [M, 3] and corner values [M, 8] of a grid [R, R, R], closed by a layer of outside around it.

    Coordinates are those of the grid plus 1.
    """
    padded = functional.pad(values, (1, 1, 1, 1, 1, 1), value=-torch.inf)
    cells = crossed_cells(padded)
    return cells, corner_values(padded, cells)


def _placed(
    field: TriplaneField, mesh: Triangulation, resolution: int, raw_threshold: float, check: Callable[[], None]
) -> Surface:
    step = 2.0 * field.radius / (resolution - 1)
    shares = mesh.linear_shares()
    between = torch.isfinite(mesh.lower_values) & torch.isfinite(mesh.upper_values)
    found = field.raw_density((mesh.vertices(shares) - 1.0) * step - field.radius, check) - raw_threshold
    shares = torch.where(between, _nearer_shares(mesh, shares, found), shares)
    return Surface(((mesh.vertices(shares) - 1.0) * step - field.radius).float(), mesh.triangles)


def _nearer_shares(mesh: Triangulation, shares: Tensor, found: Tensor) -> Tensor:
    """One step of the false position method: `found` [V] are the values at `shares` of the edges."""
    upwards = shares + (1.0 - shares) * found / (found - mesh.upper_values)
    downwards = shares * mesh.lower_values / (mesh.lower_values - found)
    return within_edge(torch.where((found > 0) == (mesh.lower_values > 0), upwards, downwards))


def crossed_cells(values: Tensor) -> Tensor:
    """The cells [M, 3] of a grid [X, Y, Z] whose corners are neither all inside (> 0) nor all outside."""
    inside = (values > 0).to(torch.uint8)
    for axis in range(3):
        size = inside.shape[axis] - 1
        inside = inside.narrow(axis, 0, size) + inside.narrow(axis, 1, size)
    return ((inside > 0) & (inside < 8)).nonzero()


def corner_values(values: Tensor, cells: Tensor) -> Tensor:
    """The values [M, 8] at the corners of cells [M, 3] of a grid [X, Y, Z]."""
    corners = torch.tensor(CORNERS, device=cells.device)
    x, y, z = (cells[:, None] + corners).unbind(dim=2)
    return values[x, y, z]


def check_settings(settings: SurfaceSettings) -> None:
    """Raise SettingsInvalid for a resolution or threshold out of range."""
    if settings.resolution not in RESOLUTIONS:
        raise SettingsInvalid(
            f"The resolution {settings.resolution} must lie between {RESOLUTIONS.start} and {RESOLUTIONS.stop - 1}."
        )
    if not 1e-6 <= settings.threshold <= 1e6:
        raise SettingsInvalid(f"The threshold {settings.threshold:g} must be a positive number; 25 is usual.")


def check_crossed(values: Tensor, threshold: float) -> None:
    """Raise SurfaceEmpty or SurfaceFull where raw density minus raw threshold has one sign; FieldNotFinite for NaN."""
    lowest, highest = float(values.min()), float(values.max())
    if not lowest - highest <= 0.0:
        raise FieldNotFinite("The reconstruction holds values that are not numbers. Try another photo or device.")
    if highest <= 0.0:
        raise SurfaceEmpty(
            f"Nothing in the reconstruction is as dense as the threshold {threshold:g}. Lower the threshold, "
            "or try another background method or photo.",
            f"the highest raw density lies {-highest:.3f} below the threshold's",
        )
    if lowest > 0.0:
        raise SurfaceFull(
            f"Everything in the reconstruction is denser than the threshold {threshold:g}. Raise the threshold, "
            "or try another background method or photo.",
            f"the lowest raw density lies {lowest:.3f} above the threshold's",
        )
