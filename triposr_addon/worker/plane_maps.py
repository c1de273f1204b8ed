# SPDX-License-Identifier: GPL-3.0-or-later
"""A field on a regular lattice: its density without sampling the planes anew for every node.

The decoder's first layer is linear, so its share of each plane can be computed once per pixel of a map of
resolution x resolution; a node's first layer is then the sum of three map entries. Colours are not computed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.decoder import PLANE_AXES


class PlaneMaps:
    """Raw density at the nodes 0..resolution-1 of each axis, evenly from -radius to +radius."""

    def __init__(self, field: TriplaneField, resolution: int, check: Callable[[], None] = lambda: None) -> None:
        """Compute the maps of `field`. `check` is called between the parts of that work, to stop it by raising."""
        linears = [layer for layer in field.decoder.layers if isinstance(layer, nn.Linear)]
        self.resolution = resolution
        self.device = field.device
        self._chunk = field.chunk_points
        self._hidden = [(layer.weight, layer.bias) for layer in linears[1:-1]]
        self._head = (linears[-1].weight[:1], linears[-1].bias[:1])
        self._maps = _first_layer_maps(field.planes, linears[0], resolution, check)  # three of [R * R, width]

    @torch.no_grad()
    def raw_density(self, nodes: Tensor, each: Callable[[int], None] | None = None) -> Tensor:
        """Raw density [N] at nodes [N, 3] (integers). `each` is called with the number of nodes done so far."""
        values = torch.empty(len(nodes), device=self.device)
        for start in range(0, len(nodes), self._chunk):
            chunk = nodes[start : start + self._chunk]
            first, *others = (
                table[chunk[:, across] * self.resolution + chunk[:, down]]
                for table, (across, down) in zip(self._maps, PLANE_AXES, strict=True)
            )
            values[start : start + len(chunk)] = self._decoded(first.add_(others[0]).add_(others[1]))
            if each:
                each(start + len(chunk))
        return values

    @torch.no_grad()
    def lattice(self, places: Tensor, each: Callable[[int], None] | None = None) -> Tensor:
        """Raw density [P, P, P], indexed by x, y, z, at the nodes whose coordinates are all among `places` [P]."""
        side, count = self.resolution, len(places)
        xy, xz, yz = (table.view(side, side, -1)[places][:, places] for table in self._maps)
        grid = torch.empty(count, count, count, device=self.device)
        rows = max(1, self._chunk // count)
        for x in range(count):
            for y in range(0, count, rows):
                first = yz[y : y + rows] + xz[x] + xy[x, y : y + rows, None]
                grid[x, y : y + rows] = self._decoded(first.flatten(0, 1)).view(-1, count)
            if each:
                each((x + 1) * count * count)
        return grid

    def _decoded(self, first: Tensor) -> Tensor:
        """The rest of the decoder, from the first layer's sums [N, width] to raw density [N]; overwrites its input."""
        hidden = functional.silu(first, inplace=True)
        for weight, bias in self._hidden:
            hidden = functional.silu(torch.addmm(bias, hidden, weight.T), inplace=True)
        head_weight, head_bias = self._head
        return torch.addmm(head_bias, hidden, head_weight.T).squeeze(1)


@torch.no_grad()
def _first_layer_maps(planes: Tensor, layer: nn.Linear, resolution: int, check: Callable[[], None]) -> list[Tensor]:
    """The first layer's share of each plane at each pixel of the lattice; the bias is in the first map."""
    steps = torch.linspace(-1.0, 1.0, resolution, device=planes.device)
    across_down = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1)[None]  # [1, R, R, 2]
    maps = []
    for plane, weight in zip(planes, layer.weight.chunk(3, dim=1), strict=True):
        check()
        projected = torch.einsum("oc,chw->ohw", weight, plane)[None]
        sampled = functional.grid_sample(projected, across_down, align_corners=False)[0]
        check()
        maps.append(sampled.flatten(1).T.contiguous())
    maps[0] += layer.bias
    return maps
