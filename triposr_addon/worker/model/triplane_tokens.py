# SPDX-License-Identifier: GPL-3.0-or-later
"""The learned triplane tokens that the transformer fills in (LRM, section 3.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from triposr_addon.worker.model.config import TriplaneTokensConfig


class TriplaneTokens(nn.Module):
    """Three learned planes, kept as `embeddings` [3, C, P, P] and handed out as a sequence [1, C, 3 P P]."""

    def __init__(self, config: TriplaneTokensConfig) -> None:
        super().__init__()
        side, channels = config.plane_size, config.num_channels
        self.embeddings = nn.Parameter(torch.zeros(3, channels, side, side))

    def forward(self) -> Tensor:
        """The tokens, the same for every picture: [1, C, 3 P P]."""
        return self.embeddings.permute(1, 0, 2, 3).flatten(1)[None]

    def as_planes(self, sequence: Tensor) -> Tensor:
        """Sequence [B, C, 3 P P] -> planes [B, 3, C, P, P]."""
        side = self.embeddings.shape[-1]
        planes: Tensor = sequence.unflatten(2, (3, side, side)).transpose(1, 2)
        return planes
