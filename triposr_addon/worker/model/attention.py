# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-head attention as both transformers use it. The product itself is handed in."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Softmax attention: queries [B, heads, N, d], keys and values [B, heads, M, d] -> [B, heads, N, d]."""


def attended_heads(queries: Tensor, keys: Tensor, values: Tensor, heads: int, attend: Attend) -> Tensor:
    """Projected queries [B, N, width], keys and values [B, M, width] -> [B, N, width], attended head by head."""
    split = (projected.unflatten(2, (heads, -1)).transpose(1, 2) for projected in (queries, keys, values))
    return attend(*split).transpose(1, 2).flatten(2)
