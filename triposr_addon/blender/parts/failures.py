# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong when parts are gathered.

HostFailure
└── PartUnreadable    a .blend that a shard wrote can't be read
"""

from __future__ import annotations

from pathlib import Path

from ...host.failures import HostFailure


class PartUnreadable(HostFailure):
    """A .blend that a shard wrote is broken, or has no mesh in it."""

    CODE = "PART_UNREADABLE"

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name} can't be read ({why}). Remove it, and run its shard again.", str(path))
