# SPDX-License-Identifier: GPL-3.0-or-later
"""The field's decoder: triplane features at a point to raw density and colour (TripoSR, section 3.1)."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.model.config import DecoderConfig

PLANE_AXES = ((0, 1), (0, 2), (1, 2))
"""The point coordinates that plane 0, 1 and 2 look at: (across, down) of that plane."""


class FieldDecoder(nn.Module):
    """Features [N, 3C] -> [N, 4]: raw density (before bias and exp) and three raw colours (before sigmoid)."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.width = config.n_neurons
        widths = [config.in_channels] + [config.n_neurons] * config.n_hidden_layers
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(widths):
            layers += [nn.Linear(inputs, outputs), nn.SiLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], 4))

    def forward(self, features: Tensor) -> Tensor:
        raw: Tensor = self.layers(features)
        return raw


def sample_triplane(scene_code: Tensor, points: Tensor, radius: float) -> Tensor:
    """Features of `points` [N, 3] within +-radius in a scene code [3, C, H, W]: [N, 3C], planes one after another.

    Bilinear, pixel edges at the box's faces (align_corners=False), zero outside, as in the reference.
    """
    unit = points / radius
    across_down = torch.stack([unit[:, axes] for axes in PLANE_AXES])  # [3, N, 2]
    features = functional.grid_sample(scene_code, across_down.unsqueeze(1), align_corners=False)  # [3, C, 1, N]
    return features.squeeze(2).flatten(0, 1).T
