# SPDX-License-Identifier: GPL-3.0-or-later
"""A field's decoder made ready for many points: its first layer is folded into the planes, memory is used again.

The first layer is linear, so it can be applied to the planes before they are sampled: a point's first layer is then
the sum of three samples.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.model.decoder import PLANE_AXES, FieldDecoder


class FoldedDecoder:
    """`planes` [3, width, H, W] hold the first layer's share of each plane, without its bias; channels lie together."""

    def __init__(self, planes: Tensor, decoder: FieldDecoder) -> None:
        linears = [layer for layer in decoder.layers if isinstance(layer, nn.Linear)]
        shares = linears[0].weight.unflatten(1, (3, -1))  # [width, 3, C]
        folded = torch.einsum("opc,pchw->pohw", shares, planes)
        self.planes = folded.contiguous(memory_format=torch.channels_last)
        self.bias = linears[0].bias
        self._hidden = [(layer.weight.T.contiguous(), layer.bias) for layer in linears[1:-1]]
        self._head = (linears[-1].weight.T.contiguous(), linears[-1].bias)

    def sampled(self, unit_points: Tensor) -> Tensor:
        """The first layer [N, width] at points [N, 3] of the box -1..1; beyond it the planes count as 0.

        Bilinear, pixel edges at the box's faces (align_corners=False), as in the reference.
        """
        across_down = torch.stack([unit_points[:, axes] for axes in PLANE_AXES])[:, None]  # [3, 1, N, 2]
        samples = functional.grid_sample(self.planes, across_down, align_corners=False)  # in memory: [3, 1, N, width]
        first, second, third = samples[:, :, 0].transpose(1, 2)
        summed: Tensor = (first + second).add_(third).add_(self.bias)
        return summed

    def raw(self, first: Tensor) -> Tensor:
        """Raw density and three raw colours [N, 4] from the first layer [N, width]; overwrites its input."""
        weight, bias = self._head
        return torch.addmm(bias, self._last_hidden(first), weight)

    def raw_density(self, first: Tensor) -> Tensor:
        """Raw density [N] from the first layer [N, width]; overwrites its input."""
        weight, bias = self._head
        return torch.addmm(bias[:1], self._last_hidden(first), weight[:, :1]).squeeze(1)

    def _last_hidden(self, first: Tensor) -> Tensor:
        hidden = functional.silu(first, inplace=True)
        other = torch.empty_like(hidden)
        for weight, bias in self._hidden:
            torch.addmm(bias, hidden, weight, out=other)
            hidden, other = functional.silu(other, inplace=True), hidden
        return hidden
