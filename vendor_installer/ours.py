# SPDX-License-Identifier: GPL-3.0-or-later
"""What is ours in a folder, and so may be deleted: a mark says so before anything else is written."""

from __future__ import annotations

from pathlib import Path

MARK = "made_by_vendor_installer.txt"
RECEIPT = "receipt.json"


def write_mark(folder: Path) -> None:
    """Say that the folder was made here. Raises OSError."""
    (folder / MARK).write_text("Made by vendor_installer. May be deleted as a whole.\n", encoding="utf-8")


def is_ours(folder: Path) -> bool:
    """Whether the folder bears our mark or a receipt, and is no link to elsewhere."""
    return not folder.is_symlink() and any((folder / name).is_file() for name in (MARK, RECEIPT))


def is_environment(folder: Path) -> bool:
    """Whether an environment of any maker stands there, which a new one may replace."""
    return is_ours(folder) or (folder / "pyvenv.cfg").is_file()
