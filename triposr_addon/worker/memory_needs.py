# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory the network and the extraction take, worked out before they run.

The formulas name the largest things that are alive together. `benchmarks/memory.py` counts what really is, and a test
holds the formulas to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.model.config import ModelConfig
from triposr_addon.worker.weight_placement import WeightPlacement
from triposr_addon.worker.whole_lattice import NODES_AT_ONCE

FLOAT_BYTES = 4
FEED_FORWARD_WIDTHS = 16
"""The feed-forward's inner tensors, in widths of the block: value and gate (8), gelu of the gate (4), product (4)."""
RESIDENT_WIDTHS = 6
"""Beside them, in float32: the tokens as they came, the sum so far, its normed copies, and what block 0 remembers."""
WIDTHS_PER_POINT = 5
"""The decoder's tensors for one point of a chunk, in widths of its layers: three gathered, one in, one out."""
LARGE_SURFACE_BYTES, SMALL_SURFACE_BYTES = 1950, 600
"""Lists of nodes, cells, corners and edges near the surface, over resolution squared: of an open, thin and branched
thing, whose surface crosses 2.7 cells per square, and of a chair, whose surface crosses 0.7."""
COARSE_BYTES = 16_000_000
"""The coarse lattice of about 64 nodes a side, and what is found out about its cells."""
SLAB_BYTES_PER_NODE = 18
"""The exact way: values, the same with outside around them, a slab of those, and which corners are inside."""


@dataclass(frozen=True)
class NetworkNeeds:
    """Bytes on the device: all weights; the most of them that streaming keeps there; what one picture's pass adds."""

    weights: int
    streamed_weights: int
    activations: int

    def activations_of(self, pictures: int) -> int:
        """What a forward pass of so many pictures adds; what they share, a hundredth of one's, is counted for each."""
        return self.activations * pictures


def network_needs(config: ModelConfig, network_type: torch.dtype, placement: WeightPlacement) -> NetworkNeeds:
    """The needs of one forward pass of one photo."""
    return NetworkNeeds(
        placement.weight_bytes, placement.streamed_bytes, activation_bytes(config, network_type.itemsize)
    )


def activation_bytes(config: ModelConfig, number_bytes: int) -> int:
    """The most that the tensors of a forward pass take: inside a feed-forward of the transformer, or of the encoder.

    number_bytes: 2 for half precision, 4 for single. Attention is taken as fused: its matrix is never whole.
    """
    transformer, encoder = config.transformer, config.image_encoder
    tokens = 3 * config.triplane_tokens.plane_size**2
    width = transformer.num_attention_heads * transformer.attention_head_dim
    patches = 1 + (config.image_size // encoder.patch_size) ** 2
    per_block = tokens * width * (FEED_FORWARD_WIDTHS * number_bytes + RESIDENT_WIDTHS * FLOAT_BYTES)
    inner = 2 * encoder.intermediate_size + 4 * encoder.hidden_size
    return max(per_block + patches * encoder.hidden_size * FLOAT_BYTES, patches * inner * FLOAT_BYTES)


def extraction_bytes(
    settings: SurfaceSettings, chunk_points: int, width: int, surface_bytes: int = LARGE_SURFACE_BYTES
) -> int:
    """The most that an extraction takes, asking `chunk_points` at once a decoder of that width.

    The surface's size is not known before; `surface_bytes` assumes one.
    """
    square = settings.resolution**2
    maps = 3 * square * width * FLOAT_BYTES
    chunk = chunk_points * width * WIDTHS_PER_POINT * FLOAT_BYTES
    asks_whole_lattice = settings.exact or settings.density_blur > 0.0
    slab = SLAB_BYTES_PER_NODE * min(settings.resolution**3, NODES_AT_ONCE + square) if asks_whole_lattice else 0
    return maps + chunk + COARSE_BYTES + slab + surface_bytes * square
