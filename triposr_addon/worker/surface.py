# SPDX-License-Identifier: GPL-3.0-or-later
"""Extract: the field's iso-surface, welded, closed and facing outwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.asked_lattice import AskedLattice
from triposr_addon.worker.band_level import lattice_places
from triposr_addon.worker.crossed_cells import OUTSIDE, CrossedCells
from triposr_addon.worker.failures import SurfaceEmpty, SurfaceFull
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.flat_base import flattened
from triposr_addon.worker.marching_cubes import Triangulation, triangulate
from triposr_addon.worker.narrow_band import crossed_cells_of_band
from triposr_addon.worker.parts import without_small_parts
from triposr_addon.worker.setting_limits import check_surface_settings
from triposr_addon.worker.smoothing import smoothed
from triposr_addon.worker.steps import Advance
from triposr_addon.worker.whole_lattice import crossed_cells_of_lattice

COARSE_SHARE, BAND_SHARE = 0.3, 0.6
"""Of the work: the coarse lattice, always about 64 nodes a side; and the narrow band."""


STAGES = ("maps", "coarse", "refine", "cubes", "secant")
"""What extraction goes through. Where the coarse lattice is the finest one, nothing is refined."""

Entered = Callable[[str], None]
"""Takes the name of the stage that begins."""


@dataclass(frozen=True)
class SurfaceCounts:
    """At how many lattice nodes and vertices the field's density was asked, and how many cells are crossed."""

    nodes: int
    vertices: int
    cells: int

    @property
    def queries(self) -> int:
        """How often the field's density was asked."""
        return self.nodes + self.vertices


@dataclass(frozen=True)
class Surface:
    """vertices: [V, 3] float32 in field units, raw TripoSR axes. triangles: [F, 3] int32, facing outwards."""

    vertices: Tensor
    triangles: Tensor
    counts: SurfaceCounts


def extract_surface(
    field: TriplaneField, settings: SurfaceSettings, advance: Advance, entered: Entered = lambda _stage: None
) -> Surface:
    """The surface where the density is settings.threshold, on a lattice of settings.resolution nodes a side.

    The field is made symmetric, then blurred, then cut flat at the base, as far as the settings say so; small parts go
    before vertices are placed, and smoothing is last.

    Outside the box everything counts as outside: where the inside touches the box, a flat lid half a lattice step
    beyond it closes the surface. Vertices are placed in log-density and then once more with the field asked there (one
    secant step), which brings them an order of magnitude nearer to the surface than the reference's density does. A
    blurred field changes evenly between nodes, and is not asked again.

    `entered` is called with each of STAGES as it begins. Raises SettingsInvalid, FieldNotFinite, SurfaceEmpty,
    SurfaceFull, Cancelled (from `advance`).
    """
    check_surface_settings(settings)
    field = replace(field, symmetric=settings.symmetry)
    raw_threshold = field.raw_threshold(settings.threshold)
    entered("maps")
    asked = AskedLattice.of(field, settings, lambda: advance(0.0))
    crossed = _crossed_cells(asked, raw_threshold, advance, entered)
    check_crossed(crossed, settings.threshold)
    entered("cubes")
    mesh = without_small_parts(triangulate(crossed), settings.smallest_part)
    entered("secant")
    vertices = _placed(field, mesh, settings, raw_threshold, lambda: advance(COARSE_SHARE + BAND_SHARE))
    vertices = _finished(vertices, mesh, settings, asked.base)
    asked_again = len(vertices) if _asks_again(settings) else 0
    step = 2.0 * field.radius / (settings.resolution - 1)
    counts = SurfaceCounts(asked.whole.asked, asked_again, len(crossed.cells))
    return Surface((vertices - 1.0) * step - field.radius, mesh.triangles, counts)


def _crossed_cells(asked: AskedLattice, raw_threshold: float, advance: Advance, entered: Entered) -> CrossedCells:
    """The cells that the surface crosses, from a whole lattice and the narrow band below it, if any."""
    entered("coarse")
    if asked.sparse is None or asked.stride == 1:
        found_share = COARSE_SHARE + BAND_SHARE
        return crossed_cells_of_lattice(asked.whole, raw_threshold, lambda share: advance(found_share * share))
    maps, stride = asked.sparse, asked.stride
    places = lattice_places(maps.resolution, stride, maps.device)
    nodes = len(places) ** 3
    coarse = maps.lattice(places, each=lambda done: advance(COARSE_SHARE * done / nodes)) - raw_threshold
    entered("refine")
    return crossed_cells_of_band(
        maps, raw_threshold, coarse, stride, lambda share: advance(COARSE_SHARE + BAND_SHARE * share)
    )


def _placed(
    field: TriplaneField,
    mesh: Triangulation,
    settings: SurfaceSettings,
    raw_threshold: float,
    check: Callable[[], None],
) -> Tensor:
    """The vertices [V, 3] in lattice steps, 1 for the first node."""
    shares = mesh.density_shares() if settings.interpolation == "density" else mesh.linear_shares()
    if _asks_again(settings):
        step = 2.0 * field.radius / (settings.resolution - 1)
        found = field.raw_density((mesh.vertices(shares) - 1.0) * step - field.radius, check) - raw_threshold
        shares = mesh.nearer_shares(shares, found)
    return mesh.vertices(shares)


def _asks_again(settings: SurfaceSettings) -> bool:
    return settings.interpolation == "secant" and settings.density_blur <= 0.0


def _finished(vertices: Tensor, mesh: Triangulation, settings: SurfaceSettings, base: float | None) -> Tensor:
    """The vertices [V, 3] smoothed, and those of the base on it."""
    if base is None:
        return smoothed(vertices, mesh.triangles, settings.smoothing)
    vertices = smoothed(flattened(vertices, mesh, base), mesh.triangles, settings.smoothing)
    return flattened(vertices, mesh, base)


def check_crossed(crossed: CrossedCells, threshold: float) -> None:
    """Raise SurfaceEmpty where there is no surface, SurfaceFull where it is nothing but the box."""
    if not len(crossed.cells):
        raise SurfaceEmpty(
            f"Nothing in the reconstruction is as dense as the threshold {threshold:g}. Lower the threshold, "
            "or try another background method or photo."
        )
    if not ((crossed.values <= 0.0) & (crossed.values > OUTSIDE)).any():
        raise SurfaceFull(
            f"Everything in the reconstruction is denser than the threshold {threshold:g}. Raise the threshold, "
            "or try another background method or photo."
        )
