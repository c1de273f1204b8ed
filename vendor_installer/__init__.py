# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the worker's Python environment; standard library only."""

# No annotation: Pythons that are too old read this file on their way to the sentence that says so.
from pathlib import Path

DOOR = str(Path(__file__).resolve().with_name("from_blender.py"))
"""What Blender's side starts, with a Python and a command's arguments."""

GUARDIAN = str(Path(__file__).resolve().with_name("guardian.py"))
"""Runs another program, and ends it with the one that asked for it."""

HOW_TO_INSTALL = (
    "Run `python3 -m vendor_installer install --folder FOLDER` in the folder of the extension's source",
    "Then choose that FOLDER as Data Folder below; `doctor` in place of `install` finds what is wrong with it",
)
"""What the extension's preferences say where there is no environment yet."""
