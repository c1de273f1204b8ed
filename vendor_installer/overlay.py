# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment on top of another one: it sees that one's packages after its own, and leaves it as it is."""

from __future__ import annotations

import os
from pathlib import Path

LINK = "packages_below.pth"
"""A file of Python's module site: each of its lines is a folder of packages, here relative to the file."""


def see_packages_of(below: Path, environment: Path) -> None:
    """Let the environment find the packages of the one below, after its own. Raises OSError."""
    own, others = site_packages(environment), site_packages(below)
    (own / LINK).write_text(f"{os.path.relpath(others, own)}\n", encoding="utf-8")


def site_packages(environment: Path) -> Path:
    """Where its packages are. Raises FileNotFoundError where it has no such folder."""
    for found in environment.glob("[Ll]ib/**/site-packages"):
        return found
    raise FileNotFoundError(f"{environment} holds no environment")
