# SPDX-License-Identifier: GPL-3.0-or-later
"""The reconstructor: one framed photo to one scene code, with no camera conditioning (TripoSR, section 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.model.attention import Attend
from triposr_addon.worker.model.config import ModelConfig
from triposr_addon.worker.model.decoder import FieldDecoder
from triposr_addon.worker.model.image_encoder import ImageEncoder
from triposr_addon.worker.model.transformer import Transformer
from triposr_addon.worker.model.triplane_tokens import TriplaneTokens
from triposr_addon.worker.model.upsampler import TriplaneUpsampler

INNER_PARTS = ("image_tokenizer.model.encoder", "backbone.transformer_blocks")
"""The layers and blocks of the two transformers: nearly all weights and work."""


class Reconstructor(nn.Module):
    """Framed photos [B, 3, S, S], RGB in 0..1 -> scene codes [B, 3, C, 2P, 2P].

    The released model: S 512, 1025 image tokens of 768, 3072 triplane tokens of 1024, scene code [3, 40, 64, 64].
    The decoder belongs to the checkpoint but not to this path: a field carries it on.
    """

    def __init__(self, config: ModelConfig, attend: Attend = functional.scaled_dot_product_attention) -> None:
        super().__init__()
        self.config = config
        self.image_tokenizer = ImageEncoder(config.image_encoder, attend)
        self.tokenizer = TriplaneTokens(config.triplane_tokens)
        self.backbone = Transformer(config.transformer, attend)
        self.post_processor = TriplaneUpsampler(config.upsampler)
        self.decoder = FieldDecoder(config.decoder)
        self._opening: Tensor | None = None

    def forward(self, images: Tensor) -> Tensor:
        image_tokens = self.image_tokenizer(images)
        tokens = self.tokenizer()
        filled = self.backbone(tokens, image_tokens, self._opening_of(tokens))
        scene_codes: Tensor = self.post_processor(self.tokenizer.as_planes(filled))
        return scene_codes

    def remember(self) -> None:
        """Compute what no picture changes now rather than with the first picture; weights must be frozen."""
        self._opening_of(self.tokenizer())

    def forget(self) -> None:
        """Drop what was kept from one picture to the next: 12 MB in the released model."""
        self._opening = None

    def type_of_tensors(self, network_type: torch.dtype) -> dict[str, torch.dtype]:
        """The type of each tensor of the state dict where the network computes in `network_type`.

        Linear layers inside the two transformers take it. Norms, embeddings, entrances and exits stay float32: they
        are one percent of the work and carry the sum that runs through the layers. So does the decoder.
        """
        types = dict.fromkeys(self.state_dict(), torch.float32)
        for prefix in INNER_PARTS:
            part = self.get_submodule(prefix)
            linears = {name for name, module in part.named_modules(prefix=prefix) if isinstance(module, nn.Linear)}
            types |= {name: network_type for name in types if name.rpartition(".")[0] in linears}
        return types

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """As torch's; what was kept from the weights before is dropped."""
        self.forget()
        return super().load_state_dict(state_dict, strict, assign)

    def _opening_of(self, tokens: Tensor) -> Tensor:
        """The transformer's opening, kept while the weights are frozen: 2.6 % of the released model's work."""
        if self.backbone.proj_in.weight.requires_grad:
            return self.backbone.opening(tokens)
        kept = self._opening
        if kept is None or (kept.device, kept.dtype) != (tokens.device, tokens.dtype):
            with torch.inference_mode(mode=False), torch.no_grad():
                kept = self._opening = self.backbone.opening(tokens)
        return kept
