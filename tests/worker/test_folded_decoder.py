# SPDX-License-Identifier: GPL-3.0-or-later
"""The folded decoder gives what planes and decoder give when asked plainly."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
from triposr_addon.worker.folded_decoder import FoldedDecoder  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.model.config import DecoderConfig  # noqa: E402
from triposr_addon.worker.model.decoder import FieldDecoder, sample_triplane  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("hidden_layers", [1, 2, 9])
def test_it_is_the_decoder_behind_the_planes(hidden_layers: int) -> None:
    torch.manual_seed(4)
    planes = torch.randn(3, 8, 12, 20)  # not square: rows and columns must not be swapped
    decoder = FieldDecoder(DecoderConfig(in_channels=24, n_neurons=16, n_hidden_layers=hidden_layers))
    decoder.requires_grad_(requires_grad=False)
    points = torch.rand(500, 3) * 2.2 - 1.1  # some beyond the box, where the planes count as 0
    expected = decoder(sample_triplane(planes, points, 1.0))
    folded = FoldedDecoder(planes, decoder)
    assert torch.allclose(folded.raw(folded.sampled(points)), expected, atol=1e-5)
    assert torch.allclose(folded.raw_density(folded.sampled(points)), expected[:, 0], atol=1e-5)
