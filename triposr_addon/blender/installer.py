# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's side needs of the installer, which the root __init__.py hands in."""

from __future__ import annotations

from typing import Protocol


class Installer(Protocol):
    """The package that makes the worker's environment. A module plays this class, with constants."""

    @property
    def DOOR(self) -> str:  # noqa: N802  # as above
        """The script that a Python starts with a command's arguments."""

    @property
    def GUARDIAN(self) -> str:  # noqa: N802  # as above
        """The script that ends another program together with us."""
