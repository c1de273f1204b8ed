# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment that an earlier version of the extension made has of the packages that are wanted now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

DIST_INFO = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.dist-info")


def installed_versions(environment: Path) -> dict[str, str]:
    """Versions by names as pip compares them, of what is unpacked in the environment of that folder."""
    found = {}
    for path in environment.glob("[Ll]ib/**/site-packages/*.dist-info"):
        if match := DIST_INFO.fullmatch(path.name):
            found[_compared(match["name"])] = match["version"]
    return found


def changes(environment: Path, pins: Mapping[str, str]) -> list[str]:
    """`torch 2.12.0 -> 2.13.0` for each pin that the environment has not; none where it holds what is wanted."""
    there = installed_versions(environment)
    return [
        f"{name} {there.get(_compared(name), 'none')} -> {version}"
        for name, version in pins.items()
        if there.get(_compared(name)) != version
    ]


def in_words(changed: list[str]) -> str:
    """The first few of them."""
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return ", ".join(changed[:3]) + more


def _compared(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
