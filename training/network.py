# SPDX-License-Identifier: GPL-3.0-or-later
"""The preview model's numbers, its first weights, and how it grows from small planes to large ones."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.attention import attend
from training.placement import CAMERA_DISTANCE, HALF_VIEW, RADIUS
from triposr_addon.worker.model.config import ModelConfig, model_config_from_mapping
from triposr_addon.worker.model.reconstructor import Reconstructor
from triposr_addon.worker.model.transformer import TransformerBlock

WIDTH = 256
DENSITY_BIAS = -1.0
LEVEL = math.log(25.0)
"""Raw density that the surface lies at, after the bias: exp(raw + bias) is 25 there."""
VIT_LAYERS = 5
BACKBONE_LAYERS = 4
FREQUENCIES = 40
TOKENS = "tokenizer.embeddings"
POSITIONS = "image_tokenizer.model.embeddings.position_embeddings"

QUIET = ("to_out.0.weight", "net.2.weight", "output.dense.weight")
"""Endings of the names of residual branches' last weights."""

MICRO = {"width": 64, "vit_layers": 1, "backbone_layers": 1, "neurons": 16}
"""Numbers of a model small enough for tests."""


def config_mapping(
    plane_size: int,
    image_size: int,
    *,
    width: int = WIDTH,
    vit_layers: int = VIT_LAYERS,
    backbone_layers: int = BACKBONE_LAYERS,
    neurons: int = 64,
) -> dict[str, Any]:
    """The config.yaml of the preview model, in the released form, for one size of planes and pictures."""
    vit = {"hidden_size": width, "num_hidden_layers": vit_layers, "num_attention_heads": width // 64,
           "intermediate_size": 4 * width, "image_size": image_size, "patch_size": 8}  # fmt: skip
    backbone = {"in_channels": width, "num_attention_heads": width // 64, "attention_head_dim": 64,
                "num_layers": backbone_layers, "cross_attention_dim": width}  # fmt: skip
    return {
        "cond_image_size": image_size,
        "image_tokenizer_cls": "tsr.models.tokenizers.image.DINOSingleImageTokenizer",
        "image_tokenizer": {"pretrained_model_name_or_path": "none", "vit": vit},
        "tokenizer_cls": "tsr.models.tokenizers.triplane.Triplane1DTokenizer",
        "tokenizer": {"plane_size": plane_size, "num_channels": width},
        "backbone_cls": "tsr.models.transformer.transformer_1d.Transformer1D",
        "backbone": backbone,
        "post_processor_cls": "tsr.models.network_utils.TriplaneUpsampleNetwork",
        "post_processor": {"in_channels": width, "out_channels": 40},
        "decoder_cls": "tsr.models.network_utils.NeRFMLP",
        "decoder": {"in_channels": 120, "n_neurons": neurons, "n_hidden_layers": 4, "activation": "silu"},
        "renderer_cls": "tsr.models.nerf_renderer.TriplaneNeRFRenderer",
        "renderer": {"radius": RADIUS, "feature_reduction": "concat", "density_activation": "exp",
                     "density_bias": DENSITY_BIAS, "num_samples_per_ray": 128},
    }  # fmt: skip


def build(mapping: dict[str, Any]) -> Reconstructor:
    """The network of a config mapping, with the attention that is quick to train."""
    config: ModelConfig = model_config_from_mapping(mapping)
    return Reconstructor(config, attend)


def _fourier(positions: Tensor, width: int) -> Tensor:
    """[N] positions in field units -> [N, width] sines and cosines, slow ones first."""
    rates = math.pi / RADIUS * 0.5 * 2.0 ** torch.linspace(0, 4.5, width // 2)
    angles = positions[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def _block(width: int) -> int:
    return width * 5 // 16 // 8 * 8


def first_tokens(side: int, width: int) -> Tensor:
    """Triplane tokens [3, width, side, side] that say where they are: a block of channels for each of x, y, z."""
    block = _block(width)
    places = (2 * (torch.arange(side) + 0.5) / side - 1) * RADIUS
    tokens = torch.zeros(3, side, side, width)
    for plane, (across, down) in enumerate(((0, 1), (0, 2), (1, 2))):
        waves = _fourier(places, block)
        tokens[plane, :, :, across * block : (across + 1) * block] = waves[None, :, :]
        tokens[plane, :, :, down * block : (down + 1) * block] = waves[:, None, :]
        tokens[plane, :, :, 3 * block :] = torch.randn(width - 3 * block)
    return tokens.permute(0, 3, 1, 2) * 0.7 + 0.05 * torch.randn(3, width, side, side)


def first_positions(side: int, width: int) -> Tensor:
    """ViT positions [1, 1 + side * side, width] in the same channels: a patch's column is y, its row is z."""
    block = _block(width)
    places = (2 * (torch.arange(side) + 0.5) / side - 1) * HALF_VIEW * CAMERA_DISTANCE
    grid = torch.zeros(side, side, width)
    grid[:, :, block : 2 * block] = _fourier(places, block)[None, :, :]
    grid[:, :, 2 * block : 3 * block] = _fourier(-places, block)[:, None, :]
    positions = torch.cat([torch.zeros(1, width), grid.flatten(0, 1)]) * 0.7
    return (positions + 0.02 * torch.randn(positions.shape))[None]


@torch.no_grad()
def initialise(model: Reconstructor) -> None:
    """First weights: tokens and patches that know their place, keys that begin as queries, quiet residual branches."""
    width = model.config.transformer.in_channels
    side = model.config.image_encoder.image_size // model.config.image_encoder.patch_size
    for name, weight in model.named_parameters():
        _initialise_weight(name, weight)
    model.tokenizer.embeddings.copy_(first_tokens(model.config.triplane_tokens.plane_size, width))
    model.get_parameter(POSITIONS).copy_(first_positions(side, width))
    for block in model.backbone.transformer_blocks:
        assert isinstance(block, TransformerBlock)
        for attention in (block.attn1, block.attn2):
            noise = torch.randn_like(attention.to_k.weight) * 0.3 * width**-0.5
            attention.to_k.weight.copy_(attention.to_q.weight + noise)
    model.backbone.proj_in.weight.copy_(torch.eye(width) + 0.02 * torch.randn(width, width))
    _initialise_decoder(model.decoder)
    nn.init.normal_(model.post_processor.upsample.weight, std=width**-0.5)


def _initialise_weight(name: str, weight: Tensor) -> None:
    if weight.ndim == 2 and ("transformer_blocks" in name or ".encoder.layer." in name):
        nn.init.normal_(weight, std=weight.shape[1] ** -0.5)
    if name.endswith("bias") and "norm" not in name:
        nn.init.zeros_(weight)
    if name.endswith(QUIET):
        weight.mul_(0.3)


def _initialise_decoder(decoder: nn.Module) -> None:
    linears = [layer for layer in decoder.modules() if isinstance(layer, nn.Linear)]
    for layer in linears:
        nn.init.normal_(layer.weight, std=1.6 * layer.in_features**-0.5)
    linears[-1].weight.mul_(0.3)


def grown(weights: dict[str, Tensor], plane_size: int, patches: int) -> dict[str, Tensor]:
    """The weights with tokens and picture positions interpolated to another number of them a side."""
    out = dict(weights)
    tokens, positions = weights[TOKENS], weights[POSITIONS]
    out[TOKENS] = functional.interpolate(tokens, (plane_size, plane_size), mode="bicubic", align_corners=False)
    side = math.isqrt(positions.shape[1] - 1)
    grid = positions[:, 1:].unflatten(1, (side, side)).permute(0, 3, 1, 2)
    grid = functional.interpolate(grid, (patches, patches), mode="bicubic", align_corners=False)
    out[POSITIONS] = torch.cat([positions[:, :1], grid.flatten(2).transpose(1, 2)], dim=1)
    return out
