# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures on a Linux desktop's clipboard, by the desktop's own small programs: Blender reads none under X11.

The programs are found on the path and given a list of words, never a shell's line; what they take too long for, or say
too much of, is dropped. Elsewhere Blender itself reads pictures.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

LIMIT_SECONDS = 5.0
LARGEST_BYTES = 256 << 20
KINDS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/tiff": ".tif", "image/bmp": ".bmp"}
"""Best first; desktops offer the same picture in several."""
URI_LIST = "text/uri-list"

Find = Callable[[str], str | None]


@dataclass(frozen=True)
class ClipboardPicture:
    """A picture file's bytes, and the ending that fits them."""

    content: bytes
    ending: str


@dataclass(frozen=True)
class ClipboardReader:
    """A program: the words that list what the clipboard offers, and, before a kind's name, those that give it."""

    listing: Sequence[str]
    giving: Sequence[str]

    def kinds(self) -> list[str]:
        """What is offered, by MIME type."""
        return _said(self.listing).decode("utf-8", "replace").split()

    def picture_or_none(self) -> ClipboardPicture | None:
        """The best kind of picture that is offered."""
        offered = self.kinds()
        for kind in (kind for kind in KINDS if kind in offered):
            content = _said([*self.giving, kind])
            if content:
                return ClipboardPicture(content, KINDS[kind])
        return None

    def files(self) -> list[Path]:
        """Files that were copied in a file manager."""
        if URI_LIST not in self.kinds():
            return []
        return files_in(_said([*self.giving, URI_LIST]).decode("utf-8", "replace"))


def reader_or_none(environment: Mapping[str, str], find: Find = shutil.which) -> ClipboardReader | None:
    """The program for the desktop that the environment tells of; None where there is none, or it is not installed."""
    wl_paste = find("wl-paste") if environment.get("WAYLAND_DISPLAY") else None
    if wl_paste:
        return ClipboardReader([wl_paste, "--list-types"], [wl_paste, "--no-newline", "--type"])
    xclip = find("xclip") if environment.get("DISPLAY") else None
    if xclip:
        words = [xclip, "-selection", "clipboard", "-out", "-target"]
        return ClipboardReader([*words, "TARGETS"], words)
    return None


def files_in(text: str) -> list[Path]:
    """The files that a text names: a line each, as a path or a file:// address, quoted or not. Others are left out."""
    lines = (line.strip().strip("\"'") for line in text.splitlines())
    return [path for path in map(_path_or_none, lines) if path is not None]


def _path_or_none(line: str) -> Path | None:
    if line.startswith("file://"):
        try:
            line = unquote(urlsplit(line).path)
        except ValueError:  # a host that is none: whatever was copied, it is no file's address
            return None
    path = Path(line) if line and "\0" not in line else Path()
    return path if path.is_absolute() else None


def _said(words: Sequence[str]) -> bytes:
    """What the program wrote; nothing where it failed, took too long, or wrote more than anybody's picture."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout if len(done.stdout) <= LARGEST_BYTES else b""
