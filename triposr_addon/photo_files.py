# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are photos, by their names. What is in them only the worker knows."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from .made_folders import MADE_NAMES, holds_made_things

PHOTO_SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".tga", ".ppm", ".jp2", ".psd", ".qoi"]
)


def photos_in(folder: Path, recursive: bool = False) -> list[Path]:
    """The photos in a folder, by path; `recursive` adds those of the folders within. Hidden ones are left out,
    and what a library within the folder has made.

    Raises OSError where the folder itself can't be read; folders within that can't be read are passed over,
    and links to what can't be looked at.
    """
    inside = folder.rglob("*") if recursive and any(folder.iterdir()) else folder.iterdir()
    found = (path for path in inside if _is_photo(path.relative_to(folder)) and _is_file(path))
    is_made = cache(holds_made_things)
    return sorted(path for path in found if not any(map(is_made, _folders_of_such_names(path, folder))))


def _folders_of_such_names(path: Path, folder: Path) -> list[Path]:
    """The folders between, of which it is worth asking whether they hold what was made."""
    between = path.relative_to(folder).parts[:-1]
    return [folder.joinpath(*between[: place + 1]) for place, name in enumerate(between) if name in MADE_NAMES]


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in PHOTO_SUFFIXES and not any(part.startswith(".") for part in path.parts)


def _is_file(path: Path) -> bool:
    """Path.is_file raises OSError at a link into somebody's private folder."""
    return os.path.isfile(path)  # noqa: PTH113
