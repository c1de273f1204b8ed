# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pack for computers without a network holds: a folder, or one zip."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path


def holds(pack: Path, places: Iterable[str]) -> bool:
    """Whether all these files are in it, by their paths from its top; False too for a zip that can't be read."""
    if pack.is_dir():
        return all((pack / place).is_file() for place in places)
    try:
        with zipfile.ZipFile(pack) as archive:
            return set(places) <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        return False
