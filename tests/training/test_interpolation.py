# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick sampling and attention of the training give the network's own numbers and gradients."""

import pytest
import torch
from torch.nn import functional

from training import attention
from training.interpolation import sample_planes
from triposr_addon.worker.model.decoder import sample_triplane

pytestmark = pytest.mark.torch


def test_features_and_their_gradient_are_the_networks_own() -> None:
    torch.manual_seed(0)
    codes = torch.randn(2, 3, 8, 6, 6, requires_grad=True)
    points = torch.rand(2, 50, 3) * 2 - 1  # some lie outside the box of 0.87
    quick = sample_planes(codes, points, 0.87)
    own = torch.stack([sample_triplane(code, part, 0.87) for code, part in zip(codes, points, strict=True)])
    torch.testing.assert_close(quick, own, rtol=1e-4, atol=1e-5)
    weights = torch.randn_like(own)
    (quick_slope,) = torch.autograd.grad((quick * weights).sum(), codes, retain_graph=True)
    (own_slope,) = torch.autograd.grad((own * weights).sum(), codes)
    torch.testing.assert_close(quick_slope, own_slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("small_scores", [0, 10_000])
def test_attention_and_its_gradients_are_those_of_the_fused_kernel(
    small_scores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "SMALL_SCORES", small_scores)
    torch.manual_seed(1)
    queries, keys, values = (torch.randn(2, 3, n, 16, requires_grad=True) for n in (20, 30, 30))
    weights = torch.randn(2, 3, 20, 16)
    slopes = []
    for attend in (attention.attend, functional.scaled_dot_product_attention):
        slopes.append(torch.autograd.grad((attend(queries, keys, values) * weights).sum(), (queries, keys, values)))
    for mine, own in zip(*slopes, strict=True):
        torch.testing.assert_close(mine, own, rtol=1e-4, atol=1e-5)
