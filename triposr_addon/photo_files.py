# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are photos, by their names. What is in them only the worker knows."""

from __future__ import annotations

from pathlib import Path

PHOTO_SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".tga", ".ppm", ".jp2", ".psd", ".qoi"]
)


def photos_in(folder: Path, recursive: bool = False) -> list[Path]:
    """The photos in a folder, by path; `recursive` adds those of the folders within. Hidden ones are left out.

    Raises OSError where the folder itself can't be read; folders within that can't be read are passed over.
    """
    inside = folder.rglob("*") if recursive and any(folder.iterdir()) else folder.iterdir()
    return sorted(path for path in inside if _is_photo(path.relative_to(folder)) and path.is_file())


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in PHOTO_SUFFIXES and not any(part.startswith(".") for part in path.parts)
