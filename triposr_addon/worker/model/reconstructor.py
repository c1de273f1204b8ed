# SPDX-License-Identifier: GPL-3.0-or-later
"""The reconstructor: one framed photo to one scene code, with no camera conditioning (TripoSR, section 3.1)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.model.config import ModelConfig
from triposr_addon.worker.model.decoder import FieldDecoder
from triposr_addon.worker.model.image_encoder import ImageEncoder
from triposr_addon.worker.model.transformer import Attend, Transformer
from triposr_addon.worker.model.triplane_tokens import TriplaneTokens
from triposr_addon.worker.model.upsampler import TriplaneUpsampler


class Reconstructor(nn.Module):
    """Framed photos [B, 3, S, S], RGB in 0..1 -> scene codes [B, 3, C, 2P, 2P].

    The released model: S 512, 1025 image tokens of 768, 3072 triplane tokens of 1024, scene code [3, 40, 64, 64].
    The decoder belongs to the checkpoint but not to this path: a field carries it on.
    """

    def __init__(self, config: ModelConfig, attend: Attend = functional.scaled_dot_product_attention) -> None:
        super().__init__()
        self.config = config
        self.image_tokenizer = ImageEncoder(config.image_encoder)
        self.tokenizer = TriplaneTokens(config.triplane_tokens)
        self.backbone = Transformer(config.transformer, attend)
        self.post_processor = TriplaneUpsampler(config.upsampler)
        self.decoder = FieldDecoder(config.decoder)

    def forward(self, images: Tensor) -> Tensor:
        image_tokens = self.image_tokenizer(images)
        tokens = self.backbone(self.tokenizer(len(images)), image_tokens)
        scene_codes: Tensor = self.post_processor(self.tokenizer.as_planes(tokens))
        return scene_codes
