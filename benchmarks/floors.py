# SPDX-License-Identifier: GPL-3.0-or-later
"""What a graphics card would need if it did nothing but the matrix products, at its maker's peak rate.

Counts are those of the released configuration: 2.96 TFLOP for one forward pass; 81,408 FLOP for a point with colour,
65,664 for the density alone once the decoder's first layer is folded into the planes.
"""

from __future__ import annotations

from dataclasses import dataclass

FORWARD_FLOP = 2.960e12
POINT_FLOP = 81_408
DENSITY_FLOP = 65_664


@dataclass(frozen=True)
class Card:
    """Peak TFLOP/s of dense matrix products in float32 (without TF32) and in half precision."""

    name: str
    float32: float
    half: float


CARDS = (
    Card("H200", 67.0, 989.0),
    Card("H100", 67.0, 989.0),
    Card("A100", 19.5, 312.0),
    Card("RTX 4090", 82.6, 165.2),
    Card("RTX 4060 Laptop", 13.5, 27.0),
)


def card_or_none(gpu: str) -> Card | None:
    """The card of that name, as its driver gives it."""
    return next((card for card in CARDS if card.name in gpu), None)


def forward_floor_s(card: Card, half: bool) -> float:
    """Of one forward pass."""
    return FORWARD_FLOP / (1e12 * (card.half if half else card.float32))


def extraction_floor_s(card: Card, density_queries: int, colour_queries: int) -> float:
    """Of the decoder's part of an extraction, in float32."""
    flop = density_queries * DENSITY_FLOP + colour_queries * POINT_FLOP
    return flop / (1e12 * card.float32)
