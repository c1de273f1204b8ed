# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's side needs of the installer, which the root __init__.py hands in."""

from __future__ import annotations

from typing import Protocol


class Installer(Protocol):
    """The package that makes the worker's environment."""

    @property
    def HOW_TO_INSTALL(self) -> tuple[str, ...]:  # noqa: N802  # a module plays this class, with a constant
        """Lines for the preferences, where there is no environment yet."""
