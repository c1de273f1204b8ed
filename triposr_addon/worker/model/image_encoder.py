# SPDX-License-Identifier: GPL-3.0-or-later
"""The image encoder: a DINO ViT that turns the framed photo into tokens (TripoSR, section 3.1; LRM, section 3.1).

Pre-norm, queries, keys and values with bias, exact GELU (ViT, arXiv 2010.11929; DINO, arXiv 2104.14294). Attribute
names are those of the released checkpoint's tensors. docs/decisions/own_image_encoder.md says why it is no library's.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.model.attention import Attend, attended_heads
from triposr_addon.worker.model.config import ImageEncoderConfig

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
LAYER_NORM_EPS = 1e-12
POSITION_MARGIN = 0.1
"""DINO adds this to the number of patches a side before it divides, against a rounding error of bicubic resampling."""


class ImageEncoder(nn.Module):
    """Framed photo [B, 3, S, S] in 0..1 -> tokens [B, 1 + (S / patch)^2, hidden]; the first is the class token."""

    def __init__(self, config: ImageEncoderConfig, attend: Attend = functional.scaled_dot_product_attention) -> None:
        super().__init__()
        self.model = VisionTransformer(config, attend)

    def forward(self, images: Tensor) -> Tensor:
        mean = images.new_tensor(IMAGENET_MEAN).view(1, 3, 1, 1)
        std = images.new_tensor(IMAGENET_STD).view(1, 3, 1, 1)
        tokens: Tensor = self.model((images - mean) / std)
        return tokens


class VisionTransformer(nn.Module):
    """Normalised pictures [B, 3, S, S] -> the last layer's tokens, normalised: [B, 1 + (S / patch)^2, hidden]."""

    def __init__(self, config: ImageEncoderConfig, attend: Attend) -> None:
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config, attend)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=LAYER_NORM_EPS)
        self.pooler = Pooler(config)

    def forward(self, pictures: Tensor) -> Tensor:
        tokens: Tensor = self.layernorm(self.encoder(self.embeddings(pictures)))
        return tokens


class Embeddings(nn.Module):
    """Pictures [B, 3, S, S] -> class token and patches, each with its place added: [B, 1 + (S / patch)^2, hidden]."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        patches = (config.image_size // config.patch_size) ** 2
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.hidden_size))
        self.position_embeddings = nn.Parameter(torch.zeros(1, 1 + patches, config.hidden_size))
        self.patch_embeddings = PatchEmbeddings(config)

    def forward(self, pictures: Tensor) -> Tensor:
        patches = self.patch_embeddings(pictures)  # [B, hidden, rows, columns]
        tokens = torch.cat([self.cls_token.expand(len(pictures), -1, -1), patches.flatten(2).transpose(1, 2)], dim=1)
        return tokens + self._positions(*patches.shape[2:])

    def _positions(self, rows: int, columns: int) -> Tensor:
        """Positions [1, 1 + rows x columns, hidden], stretched the way the released weights were trained with.

        Bicubic interpolation is given DINO's scale factor, not the size: the size alone samples at other places and
        moves the encoder's tokens by a percent.
        """
        positions = self.position_embeddings
        side = round((positions.shape[1] - 1) ** 0.5)
        if rows == columns == side:
            return positions
        grid = positions[:, 1:].unflatten(1, (side, side)).permute(0, 3, 1, 2)
        scale = ((rows + POSITION_MARGIN) / side, (columns + POSITION_MARGIN) / side)
        grid = functional.interpolate(grid, scale_factor=scale, mode="bicubic", align_corners=False)
        return torch.cat([positions[:, :1], grid.flatten(2).transpose(1, 2)], dim=1)


class PatchEmbeddings(nn.Module):
    """Pictures [B, 3, S, S] -> one vector for each patch: [B, hidden, S / patch, S / patch]."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.projection = nn.Conv2d(3, config.hidden_size, config.patch_size, stride=config.patch_size)

    def forward(self, pictures: Tensor) -> Tensor:
        patches: Tensor = self.projection(pictures)
        return patches


class Encoder(nn.Module):
    """The layers, one after another: [B, N, hidden] -> [B, N, hidden]."""

    def __init__(self, config: ImageEncoderConfig, attend: Attend) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(config, attend) for _ in range(config.num_hidden_layers))

    def forward(self, hidden: Tensor) -> Tensor:
        for layer in self.layer:
            hidden = layer(hidden)
        return hidden


class Layer(nn.Module):
    """Pre-norm layer: tokens look at each other, then a two-layer perceptron. [B, N, hidden] -> [B, N, hidden].

    The sum that runs through the layers keeps the norms' type; linear layers and attention compute in the type of
    their weights.
    """

    def __init__(self, config: ImageEncoderConfig, attend: Attend) -> None:
        super().__init__()
        self.attention = AttentionWithOutput(config, attend)
        self.intermediate = Dense(config.hidden_size, config.intermediate_size)
        self.output = Dense(config.intermediate_size, config.hidden_size)
        self.layernorm_before = nn.LayerNorm(config.hidden_size, eps=LAYER_NORM_EPS)
        self.layernorm_after = nn.LayerNorm(config.hidden_size, eps=LAYER_NORM_EPS)

    def forward(self, hidden: Tensor) -> Tensor:
        weight_type = self.output.dense.weight.dtype
        hidden = hidden + self.attention(self.layernorm_before(hidden).to(weight_type))
        inner = functional.gelu(self.intermediate(self.layernorm_after(hidden).to(weight_type)))
        output: Tensor = hidden + self.output(inner)
        return output


class AttentionWithOutput(nn.Module):
    """Self-attention and the linear layer after it: [B, N, hidden] -> [B, N, hidden]."""

    def __init__(self, config: ImageEncoderConfig, attend: Attend) -> None:
        super().__init__()
        self.attention = SelfAttention(config, attend)
        self.output = Dense(config.hidden_size, config.hidden_size)

    def forward(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.output(self.attention(hidden))
        return output


class SelfAttention(nn.Module):
    """Multi-head self-attention, heads joined again: [B, N, hidden] -> [B, N, hidden]."""

    def __init__(self, config: ImageEncoderConfig, attend: Attend) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads, self.attend = config.num_attention_heads, attend
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, hidden: Tensor) -> Tensor:
        projected = self.query(hidden), self.key(hidden), self.value(hidden)
        return attended_heads(*projected, self.heads, self.attend)


class Dense(nn.Module):
    """A linear layer under the name that the released layout gives it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)

    def forward(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.dense(hidden)
        return output


class Pooler(Dense):
    """In every released file and used by nothing: TripoSR reads all tokens, not a summary of them."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__(config.hidden_size, config.hidden_size)
