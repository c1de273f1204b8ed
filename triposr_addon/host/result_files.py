# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the worker promised."""

from __future__ import annotations

from pathlib import Path

from .failures import ResultUnreadable


def readable(path: Path) -> Path:
    """The path of a result that is there and not empty. Raises ResultUnreadable."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ResultUnreadable(path, error.strerror or str(error)) from error
    if size == 0:
        raise ResultUnreadable(path, "it is empty")
    return path
