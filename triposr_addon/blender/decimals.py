# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers as artists see them."""

from __future__ import annotations


def decimal(value: float) -> float:
    """The number that the artist sees: Blender stores 32 bits, so that 0.85 is 0.8500000238."""
    return float(f"{value:.6g}")
