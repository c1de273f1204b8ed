# SPDX-License-Identifier: GPL-3.0-or-later
"""The image encoder: a DINO ViT that turns the framed photo into tokens (TripoSR, section 3.1; LRM, section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.models.vit.configuration_vit import ViTConfig
from transformers.models.vit.modeling_vit import ViTEmbeddings, ViTModel

from triposr_addon.worker.model.config import ImageEncoderConfig

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
LAYER_NORM_EPS = 1e-12


class ImageEncoder(nn.Module):
    """Framed photo [B, 3, S, S] in 0..1 -> tokens [B, 1 + (S / patch)^2, hidden]; the first is the class token."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        vit = ViTConfig(
            hidden_size=config.hidden_size,
            num_hidden_layers=config.num_hidden_layers,
            num_attention_heads=config.num_attention_heads,
            intermediate_size=config.intermediate_size,
            image_size=config.image_size,
            patch_size=config.patch_size,
            layer_norm_eps=LAYER_NORM_EPS,
        )
        self.model = ViTModel(vit)
        self.model.embeddings = DinoEmbeddings(vit)

    def forward(self, images: Tensor) -> Tensor:
        mean = images.new_tensor(IMAGENET_MEAN).view(1, 3, 1, 1)
        std = images.new_tensor(IMAGENET_STD).view(1, 3, 1, 1)
        output = self.model((images - mean) / std, interpolate_pos_encoding=True)
        tokens: Tensor = output.last_hidden_state
        return tokens


class DinoEmbeddings(ViTEmbeddings):
    """Patch embeddings whose positions are stretched the way the released weights were trained with.

    DINO adds 0.1 to the target side and hands bicubic interpolation the scale factor, not the size; transformers
    from release 4.46 on hands it the size, which samples at other places and moves the tokens by a percent.
    """

    def interpolate_pos_encoding(self, embeddings: Tensor, height: int, width: int) -> Tensor:
        """Positions [1, 1 + rows x columns, hidden] for a picture of `height` x `width` pixels."""
        positions = self.position_embeddings
        patch = self.patch_embeddings.projection.stride[0]
        rows, columns = height // patch, width // patch
        side = round((positions.shape[1] - 1) ** 0.5)
        if rows == columns == side:
            return positions
        grid = positions[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
        scale = ((rows + 0.1) / side, (columns + 0.1) / side)
        grid = functional.interpolate(grid, scale_factor=scale, mode="bicubic", align_corners=False)
        return torch.cat([positions[:, :1], grid.flatten(2).transpose(1, 2)], dim=1)
