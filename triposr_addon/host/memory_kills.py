# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the system has killed processes for want of memory. Linux counts them; others do not tell."""

from __future__ import annotations

from pathlib import Path

VMSTAT = Path("/proc/vmstat")


def memory_kills_or_none(vmstat: Path = VMSTAT) -> int | None:
    """How many processes this computer has killed for their memory since it started, containers' limits included."""
    try:
        lines = vmstat.read_text("ascii", "replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
