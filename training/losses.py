# SPDX-License-Identifier: GPL-3.0-or-later
"""What the field is asked for: inside or outside, softly, and the unlit colour on the surface."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Batch
from training.interpolation import sample_planes
from training.network import DENSITY_BIAS, LEVEL
from training.placement import RADIUS
from triposr_addon.worker.model.decoder import FieldDecoder


@dataclass(frozen=True)
class Losses:
    """Scalars: `total` with its graph; `shape` and `colour` as plain numbers."""

    total: Tensor
    shape: float
    colour: float


def decoded(decoder: FieldDecoder, codes: Tensor, points: Tensor) -> Tensor:
    """Raw field [B, N, 4], float32, at points [B, N, 3] of scene codes [B, 3, C, H, H]."""
    features = sample_planes(codes, points, RADIUS)
    raw: Tensor = decoder(features.to(next(decoder.parameters()).dtype))
    return raw.float()


def field_losses(
    decoder: FieldDecoder, codes: Tensor, batch: Batch, softness: float, colour_weight: float = 1.0
) -> Losses:
    """Cross-entropy against sigmoid(-distance / softness), a pull towards empty far outside, L1 of the colours."""
    raw = decoded(decoder, codes, torch.cat([batch.points, batch.surface], dim=1))
    count = batch.points.shape[1]
    inside = raw[:, :count, 0] + DENSITY_BIAS - LEVEL
    target = torch.sigmoid((-batch.distances / softness).clamp(-9, 6))
    shape = functional.binary_cross_entropy_with_logits(inside, target)
    fog = (torch.relu(inside + 8) ** 2 * (batch.distances > 0.12)).mean()
    colour = (torch.sigmoid(raw[:, count:, 1:]) - batch.colours).abs().mean()
    total = shape + 0.01 * fog + colour_weight * colour
    return Losses(total, float(shape.detach()), float(colour.detach()))
