# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the data folder is, remembered beyond the extension: Blender deletes its preferences and own folder with it.

A note in Blender's folder of configuration survives that. So a chosen folder is found again after a reinstallation.
"""

from __future__ import annotations

from pathlib import Path

import bpy

NAME = "triposr_data_folder.txt"


def note_path() -> Path:
    """Where the note is."""
    return Path(bpy.utils.user_resource("CONFIG")) / NAME


def remember(folder: str) -> None:
    """Note the chosen folder; an empty one takes the note away. Raises OSError."""
    note = note_path()
    if not folder.strip():
        note.unlink(missing_ok=True)
        return
    note.parent.mkdir(parents=True, exist_ok=True)
    aside = note.with_name(f"{NAME}.part")
    aside.write_text(bpy.path.abspath(folder.strip()), encoding="utf-8")
    aside.replace(note)


def remembered() -> str:
    """The noted folder, if it is still there; else nothing."""
    try:
        folder = note_path().read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""  # there is none, or it is not ours: the artist chooses anew
    return folder if folder and Path(folder).is_dir() else ""
