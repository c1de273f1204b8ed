# SPDX-License-Identifier: GPL-3.0-or-later
"""The image-to-triplane transformer: self-attention, cross-attention to the picture, feed-forward (LRM, section 3.2).

Attribute names are those of the released checkpoint's tensors.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from triposr_addon.worker.model.attention import Attend, attended_heads
from triposr_addon.worker.model.config import TransformerConfig

NORM_GROUPS = 32


class Transformer(nn.Module):
    """Triplane tokens [1, C, N] and image tokens [B, M, E] -> triplane tokens [B, C, N], added to the input."""

    def __init__(self, config: TransformerConfig, attend: Attend = functional.scaled_dot_product_attention) -> None:
        super().__init__()
        width = config.num_attention_heads * config.attention_head_dim
        self.norm = nn.GroupNorm(NORM_GROUPS, config.in_channels, eps=1e-6)
        self.proj_in = nn.Linear(config.in_channels, width)
        blocks = (TransformerBlock(width, config, attend) for _ in range(config.num_layers))
        self.transformer_blocks = nn.ModuleList(blocks)
        self.proj_out = nn.Linear(width, config.in_channels)

    def opening(self, tokens: Tensor) -> Tensor:
        """What comes before the first look at a picture, for tokens [1, C, N]: [1, N, width].

        The learned tokens look at each other only, so it is the same for every picture.
        """
        hidden = self.proj_in(self.norm(tokens).transpose(1, 2))
        first = self.transformer_blocks[0]
        assert isinstance(first, TransformerBlock)
        return first.look_around(hidden)

    def forward(self, tokens: Tensor, image_tokens: Tensor, opening: Tensor) -> Tensor:
        """`opening` is that of these tokens."""
        hidden = opening.expand(len(image_tokens), -1, -1)
        first, *others = self.transformer_blocks
        assert isinstance(first, TransformerBlock)
        image_tokens = image_tokens.to(first.weight_type)
        hidden = first.look_at(hidden, image_tokens)
        for block in others:
            hidden = block(hidden, image_tokens)
        output: Tensor = self.proj_out(hidden).transpose(1, 2) + tokens
        return output


class TransformerBlock(nn.Module):
    """Pre-norm block: triplane tokens [B, N, width] look at each other, then at the image tokens [B, M, E].

    The sum that runs through the blocks keeps the norms' type; linear layers and attention compute in the type of
    their weights.
    """

    def __init__(self, width: int, config: TransformerConfig, attend: Attend) -> None:
        super().__init__()
        heads = config.num_attention_heads
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, width, heads, attend)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(width, config.cross_attention_dim, heads, attend)
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width)

    @property
    def weight_type(self) -> torch.dtype:
        """The type in which linear layers and attention compute."""
        return self.attn1.to_q.weight.dtype

    def look_around(self, hidden: Tensor) -> Tensor:
        """Self-attention: [B, N, width] -> [B, N, width]."""
        normed = self.norm1(hidden).to(self.weight_type)
        attended: Tensor = hidden + self.attn1(normed, normed)
        return attended

    def look_at(self, hidden: Tensor, image_tokens: Tensor) -> Tensor:
        """Cross-attention to image tokens [B, M, E], and the feed-forward part: [B, N, width] -> [B, N, width]."""
        hidden = hidden + self.attn2(self.norm2(hidden).to(self.weight_type), image_tokens)
        output: Tensor = hidden + self.ff(self.norm3(hidden).to(self.weight_type))
        return output

    def forward(self, hidden: Tensor, image_tokens: Tensor) -> Tensor:
        return self.look_at(self.look_around(hidden), image_tokens)


class Attention(nn.Module):
    """Multi-head attention of `hidden` [B, N, width] over `context` [B, M, context width] -> [B, N, width]."""

    def __init__(self, width: int, context_width: int, heads: int, attend: Attend) -> None:
        super().__init__()
        self.heads = heads
        self.attend = attend
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context_width, width, bias=False)
        self.to_v = nn.Linear(context_width, width, bias=False)
        # The second entry holds the place of the released layout's dropout, so that names and order agree.
        self.to_out = nn.ModuleList([nn.Linear(width, width), nn.Identity()])

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        projected = self.to_q(hidden), self.to_k(context), self.to_v(context)
        output: Tensor = self.to_out[0](attended_heads(*projected, self.heads, self.attend))
        return output


class FeedForward(nn.Module):
    """GEGLU feed-forward, four times as wide inside: [B, N, width] -> [B, N, width]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        # Positions 0 and 2 as in the released layout; 1 is where training had dropout.
        self.net = nn.Sequential(GatedGelu(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.net(hidden)
        return output


class GatedGelu(nn.Module):
    """GEGLU (arXiv 2002.05202): one projection gives value and gate; value x gelu(gate)."""

    def __init__(self, width: int, inner_width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner_width)

    def forward(self, hidden: Tensor) -> Tensor:
        value, gate = self.proj(hidden).chunk(2, dim=-1)
        gated: Tensor = value * functional.gelu(gate)
        return gated
