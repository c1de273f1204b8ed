# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's side needs of the installer, which the root __init__.py hands in."""

from __future__ import annotations

from typing import Protocol


class Installer(Protocol):
    """The package that makes the worker's environment."""

    HOW_TO_INSTALL: tuple[str, ...]
    """Lines for the preferences, where there is no environment yet."""
