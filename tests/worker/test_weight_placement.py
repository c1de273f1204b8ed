# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights go to a device and back, at once or layer by layer, and the network computes the same.

The device is "cpu:0": to torch another than "cpu", with copies of its own, so that everything here really moves.
"""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402 - after the check that torch is there

from benchmarks.live_bytes import LiveBytes  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, load_checkpoint  # noqa: E402
from triposr_addon.worker.model.reconstructor import Reconstructor  # noqa: E402
from triposr_addon.worker.weight_placement import HOME, WeightPlacement  # noqa: E402

pytestmark = pytest.mark.torch

DEVICE = torch.device("cpu", 0)


@pytest.fixture(scope="module")
def reconstructor() -> Reconstructor:
    return load_checkpoint(PREVIEW_FOLDER, HOME).reconstructor


@pytest.fixture
def placement(reconstructor: Reconstructor) -> WeightPlacement:
    return placed(reconstructor)


def placed(reconstructor: Reconstructor) -> WeightPlacement:
    parts = [part for name, part in reconstructor.named_children() if name != "decoder"]
    return WeightPlacement(parts, reconstructor.forget)


def picture(reconstructor: Reconstructor) -> Tensor:
    side = reconstructor.config.image_size
    made: Tensor = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    return made


def addresses(reconstructor: Reconstructor) -> list[int]:
    return [tensor.data_ptr() for tensor in reconstructor.state_dict().values()]


def test_the_network_computes_the_same_wherever_its_weights_are(
    reconstructor: Reconstructor, placement: WeightPlacement
) -> None:
    with torch.no_grad():
        at_home = reconstructor(picture(reconstructor))
        placement.bring(DEVICE)
        on_device = reconstructor(picture(reconstructor))
        placement.send_home()
        with placement.streamed(DEVICE):
            streamed = reconstructor(picture(reconstructor))
    assert torch.equal(at_home, on_device)
    assert torch.equal(at_home, streamed)


def test_copies_are_counted_and_dropped(reconstructor: Reconstructor, placement: WeightPlacement) -> None:
    home = addresses(reconstructor)
    with LiveBytes() as count:
        assert placement.bytes_on_device == 0
        placement.bring(DEVICE)
        assert count.live == placement.bytes_on_device == placement.weight_bytes
        placement.bring(DEVICE)  # is there already
        assert count.peak == placement.weight_bytes
        placement.send_home()
        assert count.live == placement.bytes_on_device == 0
    assert addresses(reconstructor) == home


def test_streaming_never_holds_more_than_it_says(reconstructor: Reconstructor, placement: WeightPlacement) -> None:
    home = addresses(reconstructor)
    with LiveBytes() as whole, torch.no_grad():
        reconstructor(picture(reconstructor))
        reconstructor.forget()
    with LiveBytes() as count, torch.no_grad(), placement.streamed(DEVICE):
        reconstructor(picture(reconstructor))
    assert placement.streamed_bytes < placement.weight_bytes / 4
    assert count.peak <= whole.peak + placement.streamed_bytes
    assert addresses(reconstructor) == home


class Interrupted(Exception):
    """Stands for whatever may end a forward pass half way."""


@pytest.mark.parametrize("layer_number", [0, 7])
def test_what_ends_streaming_half_way_leaves_the_weights_at_home(
    layer_number: int, reconstructor: Reconstructor, placement: WeightPlacement
) -> None:
    home = addresses(reconstructor)
    layers = [module for module in reconstructor.backbone.modules() if isinstance(module, torch.nn.Linear)]

    def interrupt(_layer: object, _inputs: object) -> None:
        raise Interrupted

    with pytest.raises(Interrupted), torch.no_grad(), placement.streamed(DEVICE):  # noqa: PT012 - ended inside
        handle = layers[layer_number].register_forward_pre_hook(interrupt)
        try:
            reconstructor(picture(reconstructor))
        finally:
            handle.remove()
    assert addresses(reconstructor) == home
    assert placement.bytes_on_device == 0
    with torch.no_grad(), LiveBytes(limit=1 << 40):
        assert torch.isfinite(reconstructor(picture(reconstructor))).all()  # no hook was left


def test_a_device_that_is_too_small_for_them_gets_none(
    reconstructor: Reconstructor, placement: WeightPlacement
) -> None:
    home = addresses(reconstructor)
    with LiveBytes(limit=placement.weight_bytes // 2) as count:
        with pytest.raises(torch.OutOfMemoryError, match="out of memory"):
            placement.bring(DEVICE)
        assert count.live == 0
    assert addresses(reconstructor) == home
