# SPDX-License-Identifier: GPL-3.0-or-later
"""Attention that is quick to train on a CPU with bfloat16 matrix units.

There, products cost next to nothing and element-wise passes over the scores dominate, so the probabilities are kept
for the backward pass rather than computed again, and long sequences go head by head so that one head's scores stay in
the cache. Measured at 768 tokens: twice as quick as the fused kernel.
"""

from typing import Any

import torch
from torch import Tensor

SMALL_SCORES = 70_000
"""Up to this many scores a head, all heads go through one batched product."""


class _HeadByHead(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Queries (already scaled) [G, N, d], keys and values [G, M, d] -> [G, N, d]."""
        output = torch.empty_like(queries)
        kept = []
        for i in range(len(queries)):
            probabilities = torch.softmax(queries[i] @ keys[i].T, -1)
            torch.mm(probabilities, values[i], out=output[i])
            kept.append(probabilities)
        ctx.save_for_backward(queries, keys, values)
        ctx.kept = kept
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of queries, keys and values."""
        queries, keys, values = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        to_queries, to_keys, to_values = torch.empty_like(queries), torch.empty_like(keys), torch.empty_like(values)
        for i, probabilities in enumerate(ctx.kept):
            torch.mm(probabilities.T, gradient[i], out=to_values[i])
            scores = gradient[i] @ values[i].T
            scores = torch._softmax_backward_data(scores, probabilities, -1, scores.dtype)
            torch.mm(scores, keys[i], out=to_queries[i])
            torch.mm(scores.T, queries[i], out=to_keys[i])
        ctx.kept = None
        return to_queries, to_keys, to_values


def attend(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Softmax attention: queries [B, heads, N, d], keys and values [B, heads, M, d] -> [B, heads, N, d]."""
    scaled = queries * queries.shape[-1] ** -0.5
    if queries.shape[2] * keys.shape[2] <= SMALL_SCORES:
        return torch.softmax(scaled @ keys.transpose(-1, -2), -1) @ values
    flat = (tensor.flatten(0, 1).contiguous() for tensor in (scaled, keys, values))
    output: Tensor = _HeadByHead.apply(*flat)  # type: ignore[no-untyped-call]
    return torch.unflatten(output, 0, queries.shape[:2])
