# SPDX-License-Identifier: GPL-3.0-or-later
"""Names from outside, of pictures and of a stranger's meshes, as names in Blender and of files."""

from __future__ import annotations

import re
import unicodedata

LONGEST_STEM = 50
RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Windows takes these for devices, whatever their ending."""
NOT_IN_NAMES = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Kinds of characters that end a line, turn its direction round, are not seen, or are none."""


def display_name(text: str) -> str:
    """One line that reads as it is written: without control characters, direction marks and broken bytes."""
    kept = "".join("?" if unicodedata.category(letter) in NOT_IN_NAMES else letter for letter in text)
    return kept.strip() or "picture"


def file_stem(text: str) -> str:
    """Letters, digits, - and _ alone, at most LONGEST_STEM, and no name that a system keeps for itself."""
    stem = re.sub(r"[^\w-]", "_", text)[:LONGEST_STEM] or "field"
    return f"_{stem}" if RESERVED.fullmatch(stem) else stem
