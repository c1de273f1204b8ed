# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures on a Linux desktop's clipboard, by the desktop's own small programs: Blender reads none under X11.

The programs are found on the path and given a list of words, never a shell's line; what they take too long for, or say
too much of, is dropped. Elsewhere Blender itself reads pictures.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
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
    """A program: the words that list what the clipboard offers, and, before a kind's name, those that give it.

    largest: bytes that are taken of one answer; one that says more is ended.
    """

    listing: Sequence[str]
    giving: Sequence[str]
    largest: int = LARGEST_BYTES

    def kinds(self) -> list[str]:
        """What is offered, by MIME type."""
        return _said(self.listing, self.largest).decode("utf-8", "replace").split()

    def picture_or_none(self) -> ClipboardPicture | None:
        """The best kind of picture that is offered."""
        offered = self.kinds()
        for kind in (kind for kind in KINDS if kind in offered):
            content = _said([*self.giving, kind], self.largest)
            if content:
                return ClipboardPicture(content, KINDS[kind])
        return None

    def files(self) -> list[Path]:
        """Files that were copied in a file manager."""
        if URI_LIST not in self.kinds():
            return []
        return files_in(_said([*self.giving, URI_LIST], self.largest).decode("utf-8", "replace"))


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


def path_in_address(address: str, windows: bool) -> str:
    """The path that a file:// address means on such a system; empty where it means another computer, or nothing.

    Another computer is not asked: on Windows that alone would tell it who the artist is. Raises ValueError.
    """
    parts = urlsplit(address)
    if parts.netloc.lower() not in ("", "localhost"):
        return ""
    path = unquote(parts.path)
    if windows and path.replace("\\", "/").startswith("//"):
        return ""
    return path[1:] if windows and re.match(r"/[A-Za-z]:", path) else path


def _path_or_none(line: str) -> Path | None:
    if line.startswith("file://"):
        try:
            line = path_in_address(line, os.name == "nt")
        except ValueError:  # a host that is none: whatever was copied, it is no file's address
            return None
    path = Path(line) if line and "\0" not in line else Path()
    return path if path.is_absolute() else None


def _said(words: Sequence[str], largest: int) -> bytes:
    """What the program wrote; nothing where it failed, took too long, or wrote more than anybody's picture."""
    try:
        program = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return b""
    too_late = threading.Timer(LIMIT_SECONDS, program.kill)
    too_late.start()
    try:
        with program:
            assert program.stdout is not None, "it was asked for"
            said = program.stdout.read(largest + 1)
            if len(said) > largest:
                program.kill()
    finally:
        too_late.cancel()
    return said if program.returncode == 0 and len(said) <= largest else b""
