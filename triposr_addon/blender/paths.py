# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as artists type them into Blender's fields."""

from __future__ import annotations

import os
from pathlib import Path

import bpy


def path_or_none(text: str) -> Path | None:
    """Absolute, with Blender's own `//` (beside the .blend) resolved; None for an empty field."""
    return Path(bpy.path.abspath(text.strip())) if text.strip() else None


def absolute(text: str) -> Path:
    """A folder as it was typed, without `..` and the like: one folder has one path. Links stay."""
    return Path(os.path.normpath(Path(bpy.path.abspath(text)).absolute()))


def lies_on_another_computer(path: Path) -> bool:
    """Whether Windows would ask another computer for it, one that the .blend itself is not on.

    That computer would be told who asks; a path in a stranger's .blend must not do that.
    """
    server = _server(str(path))
    return bool(server) and server != _server(bpy.data.filepath)


def _server(path: str) -> str:
    """The computer in \\\\computer\\share; empty for other paths, and where the system knows none of these."""
    if os.name != "nt" or not path.startswith(("\\\\", "//")):
        return ""
    return path.replace("/", "\\")[2:].partition("\\")[0].casefold()


def shown(text: str) -> str:
    """Text from a file name as Blender can hold it: bytes that are no UTF-8 become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
