# SPDX-License-Identifier: GPL-3.0-or-later
"""What the formulas say beforehand, against what is counted: never less, and not much more."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from torch import dtype as NumberType  # noqa: E402, N812 - after the check that torch is there

from benchmarks.counted_memory import EMPTY_DEVICE, RELEASED, asking, reconstruct, released_network  # noqa: E402
from benchmarks.field_input import read_field  # noqa: E402
from benchmarks.live_bytes import LiveBytes  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, read_config  # noqa: E402
from triposr_addon.worker.field_to_mesh import field_to_mesh  # noqa: E402
from triposr_addon.worker.memory_needs import activation_bytes, extraction_bytes, network_needs  # noqa: E402
from triposr_addon.worker.memory_plan import HOME_CHUNK_POINTS, PathName  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402
from triposr_addon.worker.warm_model import WarmModel  # noqa: E402
from triposr_addon.worker.weight_placement import HOME  # noqa: E402

pytestmark = pytest.mark.torch

WIDTH = 64


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float32])
@pytest.mark.parametrize("path", ["resident", "streamed"])
def test_the_released_networks_forward_pass(path: PathName, kind: NumberType) -> None:
    reconstructor, placement = released_network(kind)
    with LiveBytes() as count, torch.no_grad():
        reconstruct(path, reconstructor, placement, EMPTY_DEVICE)
    needs = network_needs(RELEASED, kind, placement)
    said = (needs.weights if path == "resident" else needs.streamed_weights) + needs.activations
    assert count.peak <= said < 1.25 * count.peak


def test_the_released_model_fits_where_it_should() -> None:
    """In half precision: under 1.1 GB while it runs, and under 0.25 GB with its layers streamed."""
    needs = network_needs(RELEASED, torch.bfloat16, released_network(torch.bfloat16)[1])
    assert needs.weights + needs.activations < 1_100_000_000
    assert needs.streamed_weights + needs.activations < 250_000_000


def test_the_built_in_networks_forward_pass() -> None:
    model = WarmModel(PREVIEW_FOLDER, HOME)
    network, config = model.network_for(HOME), read_config(PREVIEW_FOLDER / "config.yaml")
    picture = torch.rand(1, 3, config.image_size, config.image_size)
    with LiveBytes() as count, torch.no_grad():
        network.checkpoint.reconstructor(picture)
    said = activation_bytes(config, network.checkpoint.network_type.itemsize)
    assert count.peak <= said < 2 * count.peak


@pytest.mark.parametrize("pictures", [2, 4])
def test_several_pictures_together(pictures: int) -> None:
    network = WarmModel(PREVIEW_FOLDER, HOME).network_for(HOME)
    size = network.checkpoint.config.image_size
    with LiveBytes() as count, torch.no_grad():
        network.checkpoint.reconstructor(torch.rand(pictures, 3, size, size))
    assert count.peak <= network.needs.activations_of(pictures) < 2 * count.peak


@pytest.mark.parity
@pytest.mark.parametrize(
    ("name", "settings", "most"),
    [
        ("chair", SurfaceSettings(128), 3.0),
        ("torus", SurfaceSettings(128), 3.0),
        ("nerf_chair", SurfaceSettings(128), 2.0),
        ("thin", SurfaceSettings(128), 2.0),
        ("thin", SurfaceSettings(256), 1.5),
        ("chair", SurfaceSettings(64, exact=True), 4.0),
    ],
)
def test_an_extraction(name: str, settings: SurfaceSettings, most: float, facts: Path) -> None:
    """Chairs take a part of what is said: the surface's size is not known before, and a large one is assumed."""
    field = asking(read_field(facts / "fields" / f"{name}.npz", HOME).field, HOME_CHUNK_POINTS)
    with LiveBytes() as count:
        field_to_mesh(field, settings, Steps(lambda *_what: None, lambda: False))
    said = extraction_bytes(settings, HOME_CHUNK_POINTS, WIDTH)
    assert count.peak <= said < most * count.peak
