# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Pythons can be served: those that Blender itself is published for as a Python module."""

from __future__ import annotations

from vendor_installer.failures import PythonNotSupported

SUPPORTED = ((3, 11), (3, 13))
"""3.11 is the Python of Blender 4.2 to 5.0, 3.13 that of 5.1 and 5.2. Versions: requirements/blender.txt."""


def require_supported(version: tuple[int, int]) -> None:
    """Raise PythonNotSupported for a (major, minor) outside SUPPORTED."""
    if version not in SUPPORTED:
        names = " or ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
        raise PythonNotSupported(f"{version[0]}.{version[1]}", names)
