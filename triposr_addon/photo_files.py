# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are photos, by their names. What is in them only the worker knows."""

from __future__ import annotations

import os
from pathlib import Path

PHOTO_SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".tga", ".ppm", ".jp2", ".psd", ".qoi"]
)


def photos_in(folder: Path, recursive: bool = False) -> list[Path]:
    """The photos in a folder, by path; `recursive` adds those of the folders within. Hidden ones are left out.

    Raises OSError where the folder itself can't be read; folders within that can't be read are passed over,
    and links to what can't be looked at.
    """
    inside = folder.rglob("*") if recursive and any(folder.iterdir()) else folder.iterdir()
    return sorted(path for path in inside if _is_photo(path.relative_to(folder)) and _is_file(path))


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in PHOTO_SUFFIXES and not any(part.startswith(".") for part in path.parts)


def _is_file(path: Path) -> bool:
    """Path.is_file raises OSError at a link into somebody's private folder."""
    return os.path.isfile(path)  # noqa: PTH113
