# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of this room that Blender gets to know."""

from __future__ import annotations

from .panel import TRIPOSR_PT_game_asset
from .settings import TRIPOSR_PG_asset

CLASSES: tuple[type, ...] = (
    TRIPOSR_PG_asset,
    TRIPOSR_PT_game_asset,
)
"""In this order: a panel comes after its parent, a group after those that it points to."""
