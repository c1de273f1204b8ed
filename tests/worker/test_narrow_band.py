# SPDX-License-Identifier: GPL-3.0-or-later
"""The narrow band finds exactly the triangles of the whole lattice, asking a small part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from tests.worker.fitted_fields import NAMES, fitted_field  # noqa: E402 - after the check that torch is there
from tests.worker.manifold import is_closed  # noqa: E402
from tests.worker.solids import ball, rod  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.band_level import lattice_places  # noqa: E402
from triposr_addon.worker.failures import Cancelled, FieldNotFinite  # noqa: E402
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.narrow_band import bend, coarse_stride, windows  # noqa: E402
from triposr_addon.worker.surface import Surface, extract_surface  # noqa: E402

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")


def extracted(field: TriplaneField, resolution: int, *, exact: bool) -> Surface:
    return extract_surface(field, SurfaceSettings(resolution, exact=exact), lambda _share: None)


def assert_same(band: Surface, whole: Surface) -> None:
    """The same triangles, in the same order; vertices to the noise of float32 in differently shaped products."""
    assert torch.equal(band.triangles, whole.triangles)
    assert torch.allclose(band.vertices, whole.vertices, atol=2e-5)
    assert is_closed(band.triangles)


@pytest.mark.parametrize("resolution", [128, 151, 257])
@pytest.mark.parametrize("field", [ball(0.5), ball(0.06), rod(0.4)], ids=["ball", "small ball", "rod"])
def test_known_solids(field: TriplaneField, resolution: int) -> None:
    band, whole = extracted(field, resolution, exact=False), extracted(field, resolution, exact=True)
    assert_same(band, whole)
    assert band.counts.nodes < 0.6 * whole.counts.nodes == 0.6 * resolution**3


@pytest.mark.parity
@pytest.mark.parametrize(("resolution", "most"), [(128, 0.26), (151, 0.3), (256, 0.06)])
@pytest.mark.parametrize("name", NAMES)
def test_fitted_fields(name: str, facts: Path, resolution: int, most: float) -> None:
    """Legs of one texel, cables, balls of two cells, the specks of a rendered field: none is lost."""
    field = fitted_field(facts, name)
    band, whole = extracted(field, resolution, exact=False), extracted(field, resolution, exact=True)
    assert_same(band, whole)
    assert band.counts.nodes < most * whole.counts.nodes


@pytest.mark.parametrize("texels", [16, 48, 64])
def test_the_coarse_lattice_has_about_a_node_for_each_texel(texels: int) -> None:
    for resolution in range(16, 1025):
        nodes = len(lattice_places(resolution, coarse_stride(resolution, texels), CPU))
        assert min(resolution, texels) <= nodes <= 2 * texels + 1


@pytest.mark.parametrize("resolution", [64, 129, 130, 259, 1024])
def test_the_coarse_lattice_reaches_both_sides(resolution: int) -> None:
    places = lattice_places(resolution, coarse_stride(resolution, 64), CPU).tolist()
    assert places[0] == 0
    assert places[-1] == resolution - 1
    assert sorted(set(places)) == places


def test_it_can_be_stopped_at_any_time() -> None:
    asked = 0

    def count(_share: float) -> None:
        nonlocal asked
        asked += 1

    def stop_at(last: int) -> None:
        left = last

        def advance(_share: float) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Cancelled

        with pytest.raises(Cancelled):
            extract_surface(ball(), SurfaceSettings(192), advance)

    extract_surface(ball(), SurfaceSettings(192), count)
    assert asked > 50
    for last in (1, asked // 2, asked):
        stop_at(last)


def test_values_that_are_not_numbers_are_named_wherever_they_are() -> None:
    field = ball(0.5)
    field.planes[0, 0, 40, 40] = torch.nan
    with pytest.raises(FieldNotFinite):
        extracted(field, 256, exact=False)


def test_windows_choose_among_their_entries() -> None:
    values = torch.randn(4, 5, 6, generator=torch.Generator().manual_seed(3))
    expected = values.unfold(0, 2, 1).unfold(1, 2, 1).unfold(2, 2, 1).amax(dim=(3, 4, 5))
    assert torch.equal(windows(values, 2, torch.maximum), expected)


def test_straight_values_do_not_bend_and_nothing_is_known_beside_outside() -> None:
    values = torch.arange(5.0)[:, None, None].expand(5, 3, 3).clone()
    assert not bend(values, 0).any()
    values[2, 1, 1] += 1.0
    assert bend(values, 0)[:, 1, 1].tolist() == [1.0, 2.0, 1.0]
    values[0] = -torch.inf
    assert bend(values, 0)[:, 1, 1].tolist() == [torch.inf, 2.0, 1.0]
    values[:2] = -torch.inf
    assert bend(values, 0)[:, 1, 1].tolist() == [torch.inf, torch.inf, 1.0]
