# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields whose surface is known: planes and decoders worked out by hand, no training."""

from __future__ import annotations

import math

import torch

from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.config import DecoderConfig
from triposr_addon.worker.model.decoder import FieldDecoder

BOX = 0.87
THRESHOLD = 25.0
DENSITY_BIAS = -1.0
RAW_THRESHOLD = math.log(THRESHOLD) - DENSITY_BIAS
STRAIGHT = 40.0
"""Far up its axis SiLU is a straight line, so a decoder can compute sums."""

COLOUR_STEEPNESS = 8.0


def ball(radius: float = 0.5, right: float = 0.0) -> TriplaneField:
    """A ball around (0, right, 0); the colour at (x, y, z) is sigmoid(COLOUR_STEEPNESS x (x, y, z))."""
    from_middle = [[1.0, 0.0, -2.0 * right], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    return _field(from_middle, radius**2 - right**2)


def rod(radius: float = 0.4) -> TriplaneField:
    """A cylinder along x that goes through the box from side to side."""
    return _field([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [2.0, 0.0, 0.0]], radius**2)


def _field(squares: list[list[float]], level: float) -> TriplaneField:
    """Inside where the sum of the planes' channels in shares of `squares` is below `level`."""
    decoder = FieldDecoder(DecoderConfig(in_channels=9, n_neurons=4, n_hidden_layers=1)).requires_grad_(False)
    weights = {
        "layers.0.weight": torch.tensor(
            [
                [entry for plane in squares for entry in plane],
                [0, 1, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 1, 0, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 1, 0, 0, 0],
            ],
            dtype=torch.float32,
        ),
        "layers.0.bias": torch.full((4,), STRAIGHT),
        "layers.2.weight": torch.diag(torch.tensor([-30.0, *[COLOUR_STEEPNESS] * 3])),
        "layers.2.bias": torch.tensor([30.0 * (STRAIGHT + level) + RAW_THRESHOLD, *[-COLOUR_STEEPNESS * STRAIGHT] * 3]),
    }
    decoder.load_state_dict(weights)
    return TriplaneField(_planes(), decoder, BOX, DENSITY_BIAS, {"photo": "by hand"})


def _planes(side: int = 64) -> torch.Tensor:
    """For each plane: half the sum of its coordinates' squares, its first coordinate, its second."""
    places = ((torch.arange(side) + 0.5) * 2 / side - 1) * BOX
    down, across = torch.meshgrid(places, places, indexing="ij")
    return torch.stack([(across**2 + down**2) / 2, across, down]).expand(3, -1, -1, -1).clone()
