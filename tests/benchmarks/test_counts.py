# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the fitted fields are asked and torch is called: the same on every machine, so none may creep up."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from benchmarks.field_input import read_field  # noqa: E402 - after the check that torch is there
from benchmarks.head_to_head import count_field_launches  # noqa: E402
from benchmarks.launches import count_launches  # noqa: E402
from benchmarks.ours import ours  # noqa: E402
from benchmarks.stopwatch import idle  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.field import GPU_CHUNK_POINTS  # noqa: E402
from triposr_addon.worker.field_to_mesh import ExtractedMesh  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

LATTICE_QUERIES = {
    ("chair", 128): 325_000,
    ("torus", 128): 360_000,
    ("nerf_chair", 128): 485_000,
    ("thin", 128): 420_000,
    ("chair", 256): 465_000,
    ("torus", 256): 620_000,
    ("nerf_chair", 256): 610_000,
    ("thin", 256): 905_000,
}
"""The most nodes that may be asked; the dense grid has 2,097,152 and 16,777,216."""

LAUNCHES = {128: 1_200, 256: 1_900}
"""The most calls to torch in a graphics card's chunks; the textbook way makes 8,400 and 66,000."""


@pytest.mark.parametrize(("name", "resolution"), LATTICE_QUERIES)
def test_no_field_is_asked_more_than_stated(fitted: Path, name: str, resolution: int) -> None:
    source = read_field(fitted / f"{name}.npz", torch.device("cpu"))
    field = dataclasses.replace(source.field, points_at_once=GPU_CHUNK_POINTS)
    settings = SurfaceSettings(resolution, source.threshold)
    made: list[ExtractedMesh] = []
    launches = count_field_launches(field, lambda: made.append(ours(field, settings, idle())))
    counts = made[0].counts
    assert counts.nodes <= LATTICE_QUERIES[name, resolution]
    assert counts.vertices == len(made[0].mesh.vertices)
    # An independent count: rows of the decoder's products for nodes, vertices' second query and colours.
    assert launches.decoded_points == counts.nodes + 2 * counts.vertices
    assert launches.kernels <= LAUNCHES[resolution]


def test_views_are_no_launches_and_products_are_counted_by_their_rows() -> None:
    weight, points = torch.ones(4, 4), torch.ones(10, 4)

    def work() -> None:
        hidden = torch.mm(points.view(5, 8).reshape(10, 4), weight.T)
        torch.addmm(torch.ones(4), hidden[:3], weight)

    launches = count_launches(work, width=4, hidden_layers=1)
    assert launches.decoded_points == 13
    assert launches.kernels == 3  # two products and ones()
