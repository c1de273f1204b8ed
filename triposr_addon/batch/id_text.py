# SPDX-License-Identifier: GPL-3.0-or-later
"""What an id may look like, and how a path becomes one. In a path odd bytes are half surrogates, as Python has them."""

from __future__ import annotations

import unicodedata

from triposr_addon.batch.folder_names import id_digest
from triposr_addon.worker.sound_text import sound_text

LONGEST_ID = 256
"""Characters."""
LONGEST_SHOWN_PATH = 1024
UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Kinds of characters that end a line, turn its direction round, are not seen, or are none."""


def is_sound_id(text: str) -> bool:
    """Whether a source may give this id: not too long, and every character of it can be seen."""
    return 0 < len(text) <= LONGEST_ID and (text.isprintable() or not any(map(_is_unseen, text)))


def same_spelling(text: str) -> str:
    """The text as most systems write it: with é as one character, where a Mac's file names have two."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def id_of_path(within: str) -> str:
    """An id of a path within the source; paths that differ may give the same one."""
    text = same_spelling(shown_path(within))
    if not text.isprintable():
        text = "".join("_" if _is_unseen(letter) else letter for letter in text)
    if len(text) <= LONGEST_ID:
        return text
    return f"{id_digest(within)[:12]}~{text[-(LONGEST_ID - 50) :]}"


def shown_path(path: str) -> str:
    """The path in sound Unicode, odd bytes as %E9, and its end alone where it is endless."""
    path = sound_text(path)
    return path if len(path) <= LONGEST_SHOWN_PATH else "…" + path[-LONGEST_SHOWN_PATH:]


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in UNSEEN
