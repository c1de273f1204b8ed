# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that were opened lately, in a file of the extension's own: other .blends offer them, too."""

from __future__ import annotations

import json
from pathlib import Path

from ...host.kept_files import put
from ...host.storage import Storage

FILE = "recent_libraries.json"
MOST = 5
LARGEST_BYTES = 1 << 16


def recent(storage: Storage) -> list[Path]:
    """Their catalogues, the latest first; a file that can't be read knows none."""
    try:
        with (storage.root / FILE).open("rb") as file:
            told = json.loads(file.read(LARGEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return []
    paths = told if isinstance(told, list) else []
    return [Path(path) for path in paths if isinstance(path, str) and path][:MOST]


def remember(storage: Storage, catalogue: Path) -> None:
    """Put it first. Raises OSError."""
    others = [path for path in recent(storage) if path != catalogue]
    put(json.dumps([str(path) for path in [catalogue, *others][:MOST]]).encode("ascii"), storage.root / FILE)
