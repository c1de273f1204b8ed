# SPDX-License-Identifier: GPL-3.0-or-later
"""Our image encoder beside transformers' ViT with the same weights, and without anything between photo and tokens."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
from torch import Tensor, no_grad  # noqa: E402 - after the check that torch is there

from triposr_addon.worker.model.config import ImageEncoderConfig  # noqa: E402
from triposr_addon.worker.model.image_encoder import IMAGENET_MEAN, IMAGENET_STD, ImageEncoder  # noqa: E402

pytestmark = pytest.mark.torch

TRAINED_SIDE = 32
CONFIG = ImageEncoderConfig(48, 3, 3, 96, TRAINED_SIDE, 8)
LIBRARYS_LAYER = {
    "attention.attention.query": "attention.q_proj",
    "attention.attention.key": "attention.k_proj",
    "attention.attention.value": "attention.v_proj",
    "attention.output.dense": "attention.o_proj",
    "intermediate.dense": "mlp.fc1",
    "output.dense": "mlp.fc2",
}
"""transformers 5 calls the parts of a layer otherwise than released checkpoints do."""


def drawn_encoder() -> ImageEncoder:
    torch.manual_seed(3)
    encoder = ImageEncoder(CONFIG).eval()
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.2 if parameter.ndim > 1 else 0.5)
    return encoder


def librarys_name(name: str) -> str:
    if not name.startswith("encoder.layer."):
        return name
    number, _, rest = name.removeprefix("encoder.layer.").partition(".")
    part, _, kind = rest.rpartition(".")
    return f"layers.{number}.{LIBRARYS_LAYER.get(part, part)}.{kind}"


def librarys_tokens(encoder: ImageEncoder, images: Tensor, *, stretched: bool) -> Tensor:
    vit = transformers.ViTModel(
        transformers.ViTConfig(
            hidden_size=CONFIG.hidden_size,
            num_hidden_layers=CONFIG.num_hidden_layers,
            num_attention_heads=CONFIG.num_attention_heads,
            intermediate_size=CONFIG.intermediate_size,
            image_size=CONFIG.image_size,
            patch_size=CONFIG.patch_size,
            layer_norm_eps=1e-12,
        )
    ).eval()
    vit.load_state_dict({librarys_name(name): tensor for name, tensor in encoder.model.state_dict().items()})
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    tokens: Tensor = vit((images - mean) / std, interpolate_pos_encoding=stretched).last_hidden_state
    return tokens


def relative_error(out: Tensor, expected: Tensor) -> float:
    return float((out - expected).norm() / expected.norm())


@no_grad()
def test_the_tokens_are_those_of_transformers_vit() -> None:
    encoder, images = drawn_encoder(), torch.rand(2, 3, TRAINED_SIDE, TRAINED_SIDE)
    tokens = encoder(images)
    assert tokens.shape == (2, 17, 48)
    assert relative_error(tokens, librarys_tokens(encoder, images, stretched=False)) < 1e-5


@no_grad()
def test_on_larger_pictures_only_the_places_differ_from_transformers() -> None:
    """transformers stretches positions by size, DINO by scale factor: alike to a percent, and not the same."""
    encoder, images = drawn_encoder(), torch.rand(1, 3, 2 * TRAINED_SIDE, 2 * TRAINED_SIDE)
    assert 1e-4 < relative_error(encoder(images), librarys_tokens(encoder, images, stretched=True)) < 0.1
    encoder.model.embeddings.position_embeddings[:, 2:] = encoder.model.embeddings.position_embeddings[:, 1:2]
    assert relative_error(encoder(images), librarys_tokens(encoder, images, stretched=True)) < 1e-5


@no_grad()
def test_positions_of_dinos_own_size_are_taken_as_they_are() -> None:
    embeddings = drawn_encoder().model.embeddings
    embeddings.patch_embeddings.projection.weight.zero_()
    embeddings.get_parameter("patch_embeddings.projection.bias").zero_()
    places = embeddings(torch.zeros(1, 3, TRAINED_SIDE, TRAINED_SIDE))[:, 1:]
    assert torch.equal(places, embeddings.position_embeddings[:, 1:])
