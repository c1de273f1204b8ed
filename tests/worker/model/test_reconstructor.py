# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept from one picture to the next, in which types the network computes, and how far half precision is off."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor, dtype, nn, no_grad  # noqa: E402 - after the check that torch is there

from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint, load_on_host  # noqa: E402
from triposr_addon.worker.model.reconstructor import Reconstructor  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

CPU = torch.device("cpu")
SELF_ATTENTION = "backbone.transformer_blocks.0.attn1.to_q"


@pytest.fixture
def checkpoint(tiny_checkpoint: Path) -> LoadedCheckpoint:
    return load_checkpoint(tiny_checkpoint, CPU, "full")


class Counted:
    """Counts how often a module is run."""

    def __init__(self, module: nn.Module) -> None:
        self.times = 0
        module.register_forward_pre_hook(self._count)

    def _count(self, _module: nn.Module, _inputs: object) -> None:
        self.times += 1


def picture(seed: int = 1, count: int = 1) -> Tensor:
    pictures: Tensor = torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(seed))
    return pictures


@no_grad()
def test_what_no_picture_changes_is_computed_once_and_gives_the_same(checkpoint: LoadedCheckpoint) -> None:
    network = checkpoint.reconstructor
    before_any_picture = Counted(network.get_submodule(SELF_ATTENTION))
    first = network(picture())
    second = network(picture(2))
    assert before_any_picture.times == 1
    network.forget()
    assert torch.equal(network(picture()), first)
    assert torch.equal(network(picture(2)), second)
    assert not torch.equal(first, second)
    assert before_any_picture.times == 2


@no_grad()
def test_it_can_be_computed_before_the_first_picture(checkpoint: LoadedCheckpoint) -> None:
    network = checkpoint.reconstructor
    network.remember()
    counted = Counted(network.get_submodule(SELF_ATTENTION))
    network(picture())
    assert counted.times == 0


@no_grad()
@pytest.mark.parametrize("change", ["to", "load_state_dict"])
def test_other_weights_are_never_met_with_what_was_kept(checkpoint: LoadedCheckpoint, change: str) -> None:
    network = checkpoint.reconstructor
    before = network(picture())
    if change == "to":
        network.to(torch.float64)
        after = network(picture().double())
        assert after.dtype == torch.float64
        assert 0 < float((after - before).abs().max()) < 1e-3
        return
    network.load_state_dict({name: tensor * 1.1 for name, tensor in network.state_dict().items()})
    after = network(picture())
    network.forget()
    assert torch.equal(after, network(picture()))
    assert not torch.equal(after, before)


def test_weights_that_are_trained_get_their_gradients_each_time(checkpoint: LoadedCheckpoint) -> None:
    network = checkpoint.reconstructor.requires_grad_()
    for _ in range(2):
        network.zero_grad()
        network(picture()).sum().backward()
        gradient = network.get_parameter("backbone.transformer_blocks.0.attn1.to_q.weight").grad
        assert gradient is not None
        assert float(gradient.abs().sum()) > 0
        assert network.tokenizer.embeddings.grad is not None


@no_grad()
def test_a_batch_gives_what_its_pictures_give_alone(checkpoint: LoadedCheckpoint) -> None:
    pictures = picture(count=3)
    together = checkpoint.reconstructor(pictures)
    alone = torch.cat([checkpoint.reconstructor(one[None]) for one in pictures])
    assert together.shape == (3, 3, 12, 16, 16)
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@no_grad()
@pytest.mark.parametrize(("half_type", "largest_error"), [(torch.bfloat16, 0.02), (torch.float16, 0.003)])
def test_half_precision_is_close_and_its_scene_code_float32(
    tiny_checkpoint: Path, checkpoint: LoadedCheckpoint, half_type: dtype, largest_error: float
) -> None:
    expected = checkpoint.reconstructor(picture())
    made = load_on_host(tiny_checkpoint, half_type).reconstructor(picture())
    assert made.dtype == torch.float32
    assert 0 < float((made - expected).norm() / expected.norm()) < largest_error


def test_only_linear_layers_inside_the_transformers_are_half(tiny_checkpoint: Path) -> None:
    network: Reconstructor = load_on_host(tiny_checkpoint, torch.bfloat16).reconstructor
    half = {name for name, tensor in network.state_dict().items() if tensor.dtype == torch.bfloat16}
    assert half == {name for name, type_ in network.type_of_tensors(torch.bfloat16).items() if type_ != torch.float32}
    assert all(".encoder.layer." in name or ".transformer_blocks." in name for name in half)
    assert not any("norm" in name for name in half)
    shares = [tensor.numel() for name, tensor in network.state_dict().items() if name in half]
    assert sum(shares) > 0.7 * sum(tensor.numel() for tensor in network.state_dict().values())
    assert {parameter.dtype for parameter in network.decoder.parameters()} == {torch.float32}
