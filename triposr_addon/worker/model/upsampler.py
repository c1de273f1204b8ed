# SPDX-License-Identifier: GPL-3.0-or-later
"""The upsampler: from the transformer's planes to the scene code (TripoSR, section 3.1)."""

from __future__ import annotations

from torch import Tensor, nn

from triposr_addon.worker.model.config import UpsamplerConfig


class TriplaneUpsampler(nn.Module):
    """Planes [B, 3, C, P, P] -> scene code [B, 3, C', 2P, 2P] by one transposed convolution, shared by the planes."""

    def __init__(self, config: UpsamplerConfig) -> None:
        super().__init__()
        self.upsample = nn.ConvTranspose2d(config.in_channels, config.out_channels, kernel_size=2, stride=2)

    def forward(self, planes: Tensor) -> Tensor:
        upsampled: Tensor = self.upsample(planes.flatten(0, 1))
        scene_codes: Tensor = upsampled.unflatten(0, planes.shape[:2])
        return scene_codes
