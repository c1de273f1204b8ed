# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several NVIDIA cards PyTorch sees: the planned one, for our proof and later for every worker.

A small file in the environment keeps it. Cards are counted as nvidia-smi does, in the order of their slots.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.computer import Computer, GraphicsCard

CHOSEN_CARD = "chosen_card.json"
VISIBLE = "CUDA_VISIBLE_DEVICES"


def card_variables(computer: Computer, card: GraphicsCard | None, outside: Mapping[str, str]) -> dict[str, str]:
    """Variables that show PyTorch that card alone; none where there is no other, or where somebody has set them."""
    cards = [other for other in computer.cards if other.vendor == "nvidia"]
    if card is None or len(cards) < 2 or VISIBLE in outside:
        return {}
    # By identity: two cards may be of the same kind.
    number = next((place for place, other in enumerate(cards) if other is card), None)
    return {} if number is None else {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", VISIBLE: str(number)}


def keep_card(environment: Path, variables: Mapping[str, str]) -> None:
    """For the workers of this environment. Raises OSError."""
    partial = environment / f"{CHOSEN_CARD}.partial"
    partial.write_text(json.dumps(dict(variables)), encoding="utf-8")
    partial.replace(environment / CHOSEN_CARD)
