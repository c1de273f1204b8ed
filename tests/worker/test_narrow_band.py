# SPDX-License-Identifier: GPL-3.0-or-later
"""The narrow band finds exactly the triangles of the whole lattice, asking a small part of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from tests.worker.solids import RAW_THRESHOLD, ball, rod  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.marching_cubes import Triangulation, is_closed, triangulate  # noqa: E402
from triposr_addon.worker.model.config import DecoderConfig  # noqa: E402
from triposr_addon.worker.model.decoder import FieldDecoder  # noqa: E402
from triposr_addon.worker.narrow_band import NarrowBand, coarse_places, coarse_stride  # noqa: E402
from triposr_addon.worker.plane_maps import PlaneMaps  # noqa: E402
from triposr_addon.worker.surface import cells_of_grid  # noqa: E402

pytestmark = pytest.mark.torch


def by_band(maps: PlaneMaps) -> tuple[Triangulation, int]:
    """The surface, and how many nodes were asked."""
    band = NarrowBand(maps, RAW_THRESHOLD, lambda _share: None)
    coarse = maps.lattice(coarse_places(maps.resolution)) - RAW_THRESHOLD
    return triangulate(*band.crossed_cells(coarse)), band.known_nodes


def by_whole_lattice(maps: PlaneMaps) -> Triangulation:
    return triangulate(*cells_of_grid(maps.lattice(torch.arange(maps.resolution)) - RAW_THRESHOLD))


def fitted_field(path: Path) -> TriplaneField:
    arrays = {name: torch.from_numpy(array.astype(np.float32)) for name, array in np.load(path).items()}
    planes = arrays.pop("planes")
    decoder = FieldDecoder(DecoderConfig(in_channels=120, n_neurons=64, n_hidden_layers=9)).requires_grad_(False)
    decoder.load_state_dict({name.removeprefix("decoder."): array for name, array in arrays.items()})
    return TriplaneField(planes, decoder, radius=0.87, density_bias=-1.0)


@pytest.mark.parametrize("resolution", [128, 151])
@pytest.mark.parametrize("field", [ball(0.5), ball(0.06), rod(0.4)], ids=["ball", "small ball", "rod"])
def test_known_solids(field: TriplaneField, resolution: int) -> None:
    maps = PlaneMaps(field, resolution)
    mesh, asked = by_band(maps)
    assert is_closed(mesh.triangles)
    assert len(mesh.triangles) == len(by_whole_lattice(maps).triangles)
    assert asked < 0.75 * resolution**3


@pytest.mark.parity
@pytest.mark.parametrize("name", ["chair", "nerf_chair", "thin", "torus"])
def test_fitted_fields(name: str, facts: Path) -> None:
    """Legs of one texel, cables, balls of two cells, the specks of a rendered field: none is lost."""
    maps = PlaneMaps(fitted_field(facts / "fields" / f"{name}.npz"), 128)
    mesh, asked = by_band(maps)
    whole = by_whole_lattice(maps)
    assert is_closed(mesh.triangles)
    assert len(mesh.triangles) == len(whole.triangles)
    assert len(mesh.starts) == len(whole.starts)
    assert asked < 0.3 * 128**3


def test_the_coarse_lattice_has_about_a_node_for_each_texel() -> None:
    assert [coarse_stride(resolution) for resolution in (16, 64, 127, 128, 255, 256, 512, 1024)] == [
        *(1, 1, 1),
        *(2, 2),
        *(4, 8, 16),
    ]


@pytest.mark.parametrize("resolution", [64, 129, 130, 259, 1024])
def test_the_coarse_lattice_reaches_both_sides(resolution: int) -> None:
    places = coarse_places(resolution).tolist()
    assert places[0] == 0
    assert places[-1] == resolution - 1
    assert sorted(set(places)) == places
