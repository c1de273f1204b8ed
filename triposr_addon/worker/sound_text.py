# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of files as text that can be written anywhere. Python has bytes that are no UTF-8 as half surrogates."""

from __future__ import annotations

import re

_HALF = re.compile("[\ud800-\udfff]")


def sound_text(text: str) -> str:
    """The text in sound Unicode: odd bytes as %E9. Most texts are what they were."""
    return text if text.isascii() else _HALF.sub(_percent, text)


def _percent(half: re.Match[str]) -> str:
    code = ord(half[0])
    return f"%{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"%{code:04X}"
