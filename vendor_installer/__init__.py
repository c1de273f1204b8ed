# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the worker's Python environment; standard library only."""

# No annotation: Pythons that are too old read this file on their way to the sentence that says so.
from pathlib import Path

DOOR = str(Path(__file__).resolve().with_name("from_blender.py"))
"""What Blender's side starts, with a Python and a command's arguments."""

GUARDIAN = str(Path(__file__).resolve().with_name("guardian.py"))
"""Runs another program, and ends it with the one that asked for it."""
