# SPDX-License-Identifier: GPL-3.0-or-later
"""A field on a regular lattice: its density without sampling the planes anew for every node.

The share that each plane has in the decoder's first layer is sampled once per pixel of a map of resolution x
resolution; a node's first layer is then the sum of three map entries. Colours are not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.worker.bricks import Points
from triposr_addon.worker.failures import FieldNotFinite
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.folded_decoder import FoldedDecoder
from triposr_addon.worker.lattice import Each, unwatched


class PlaneMaps:
    """Raw density at the nodes 0..resolution-1 of each axis, evenly from -radius to +radius.

    `asked` counts the nodes that were evaluated so far. Asking raises FieldNotFinite.
    """

    @torch.no_grad()
    def __init__(self, field: TriplaneField, resolution: int, check: Callable[[], None] = lambda: None) -> None:
        """Compute the maps of `field`. `check` is called between the parts of that work, to stop it by raising."""
        self.resolution = resolution
        self.device = field.device
        self.asked = 0
        self._chunk = field.chunk_points
        self._decoder = FoldedDecoder(field.planes, field.decoder)
        self._maps = _sampled_maps(self._decoder, resolution, check)  # [3 R R, width]

    @torch.no_grad()
    def raw_density(self, nodes: Points, each: Each = unwatched) -> Tensor:
        """Raw density [N] at nodes [N]. `each` is called with the number of nodes done so far."""
        values = torch.empty(len(nodes), device=self.device)
        side = self.resolution
        pixels = torch.stack([nodes.x * side + nodes.y, nodes.x * side + nodes.z, nodes.y * side + nodes.z], dim=1)
        pixels += side**2 * torch.arange(3, dtype=pixels.dtype, device=self.device)
        for start in range(0, len(nodes), self._chunk):
            chunk = pixels[start : start + self._chunk]
            values[start : start + self._chunk] = self._decoder.raw_density(
                functional.embedding_bag(chunk, self._maps, mode="sum")
            )
            each(start + len(chunk))
        return self._counted(values)

    @torch.no_grad()
    def lattice(
        self, places: Tensor, rows: Tensor | None = None, each: Each = unwatched, *, columns: Tensor | None = None
    ) -> Tensor:
        """Raw density [X, P, P], indexed by x, y, z: z among `places` [P], x among `rows` [X], y among `columns` [P].

        rows, columns: None for `places` too. `each` is called with the number of nodes done so far.
        """
        axes = (places if rows is None else rows, places if columns is None else columns, places)
        maps = self._maps.view(3, self.resolution, self.resolution, -1)
        xy, xz, yz = (
            table.index_select(0, axes[down]).index_select(1, axes[across])
            for table, (down, across) in zip(maps, ((0, 1), (0, 2), (1, 2)), strict=True)
        )
        grid = torch.empty(len(xy), len(places), len(places), device=self.device)
        for x, y in _blocks(len(xy), len(places), self._chunk):
            first = torch.empty(*grid[x, y].shape, xy.shape[-1], device=self.device)
            torch.add(xy[x, y, None], xz[x, None], out=first).add_(yz[y])  # summed in raw_density's order
            grid[x, y] = self._decoder.raw_density(first.flatten(0, 2)).view(first.shape[:3])
            each((x.stop - 1) * len(places) ** 2 + y.stop * len(places))
        return self._counted(grid)

    def _counted(self, values: Tensor) -> Tensor:
        self.asked += values.numel()
        if torch.isnan(values).any():
            raise FieldNotFinite("The reconstruction holds values that are not numbers. Try another photo or device.")
        return values


def _blocks(rows: int, count: int, most_nodes: int) -> Iterator[tuple[slice, slice]]:
    """Parts of a grid [rows, count, count], whole along its last axis, of about `most_nodes` nodes: several rows each,
    or a part of one row.
    """
    deep, wide = max(1, most_nodes // count**2), max(1, min(count, most_nodes // count))
    for x in range(0, rows, deep):
        for y in range(0, count, wide):
            yield slice(x, min(x + deep, rows)), slice(y, min(y + wide, count))


def _sampled_maps(decoder: FoldedDecoder, resolution: int, check: Callable[[], None]) -> Tensor:
    """The first layer's share of each plane at each pixel of the lattice [3 R R, width]; the first hold the bias."""
    check()
    steps = torch.linspace(-1.0, 1.0, resolution, device=decoder.planes.device)
    across_down = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1).expand(3, -1, -1, -1)
    sampled = functional.grid_sample(decoder.planes, across_down, align_corners=False)
    maps = sampled.permute(0, 2, 3, 1).reshape(3, resolution**2, -1)  # in memory it lies like that: no copy
    maps[0] += decoder.bias
    return maps.flatten(0, 1)
