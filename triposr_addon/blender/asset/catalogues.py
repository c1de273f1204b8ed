# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogues of an asset library: blender_assets.cats.txt at its root. Lines of others stay as they are.

A catalogue's number follows from its path, so that the same one has the same number on every computer.
"""

from __future__ import annotations

import uuid
from pathlib import Path

FILE = "blender_assets.cats.txt"
HEADER = "# Asset catalogues: a UUID, a path with slashes, a simple name; see Blender's manual.\n\nVERSION 1\n\n"
OURS = uuid.UUID("5b0a6c0e-7f0f-4b58-9a53-8f6d3c1f2a77")


def catalogue_number(path: str) -> str:
    """The UUID of a catalogue, by its path."""
    return str(uuid.uuid5(OURS, clean(path)))


def clean(path: str) -> str:
    """The path as catalogues have it: no colons, no line breaks, no empty parts. Empty for none."""
    parts = (part.strip().replace(":", "-") for part in path.replace("\\", "/").split("/"))
    return "/".join(" ".join(part.split()) for part in parts if part)


def ensure_catalogue(folder: Path, path: str) -> str:
    """Its UUID; a line is added to the library's file where nobody has a catalogue of that path yet.

    Raises OSError, also for a file of another version, which is left alone.
    """
    wanted, file = clean(path), folder / FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else HEADER
    lines = [line.strip() for line in text.splitlines()]
    versions = [line for line in lines if line.startswith("VERSION")]
    if versions != ["VERSION 1"]:
        raise OSError(f"{file.name} is of a version that is not known: {versions}")
    for line in lines:
        number, _, rest = line.partition(":")
        if not line.startswith("#") and rest.rpartition(":")[0] == wanted:
            return number
    number = catalogue_number(wanted)
    aside = file.with_name(f".{FILE}.part")
    separator = "" if text.endswith("\n") else "\n"
    aside.write_text(f"{text}{separator}{number}:{wanted}:{wanted.replace('/', '-')}\n", encoding="utf-8")
    aside.replace(file)
    return number
