# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are named after what is in them, in a private folder with a ceiling."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path

YOUNG_SECONDS = 24 * 3600.0
"""So long no ceiling touches a file: a job in the queue may be about to read it."""


def put(content: bytes, path: Path) -> Path:
    """Have the file `path` with that content, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part")
    try:
        aside.write_bytes(content)
        return aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def name_of(content: bytes) -> str:
    """The same for the same content."""
    return hashlib.sha256(content).hexdigest()[:32]


def remove_surplus(folder: Path, seconds: float, most_bytes: int, note: Callable[[str], None]) -> None:
    """Remove files that nobody used for `seconds`, then the oldest until `most_bytes` are left. Raises OSError.

    What the system refuses to remove (on Windows a file that somebody reads) stays for another time.
    """
    files = [(file.stat().st_mtime, file.stat().st_size, file) for file in folder.iterdir()]
    now, taken = time.time(), sum(size for _, size, _ in files)
    for modified, size, file in sorted(files, key=lambda entry: entry[0]):
        age = now - modified
        if age > seconds or (taken > most_bytes and age > YOUNG_SECONDS):
            try:
                file.unlink()
                taken -= size
            except OSError as error:
                note(f"{file} can't be removed yet: {error}")
