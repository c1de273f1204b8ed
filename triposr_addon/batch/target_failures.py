# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with the folder that a library is made in. Each stops the whole run: nothing can be kept."""

from __future__ import annotations

import errno
from pathlib import Path

from triposr_addon.worker.failures import WorkerFailure

NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class TargetMissing(WorkerFailure):
    """No library lies there, where one is to be read."""

    code = "TARGET_MISSING"


class TargetFailure(WorkerFailure):
    """The target can't be written."""


class TargetUnwritable(TargetFailure):
    """Read-only, not a folder, or not ours to write."""

    code = "TARGET_UNWRITABLE"


class TargetFull(TargetFailure):
    """The disk, the quota or the largest size of a file is used up."""

    code = "TARGET_FULL"


def named(error: OSError, target: Path) -> TargetFailure:
    """The failure that the system's refusal to write in `target` is."""
    if error.errno in NO_ROOM:
        return TargetFull(
            f"There is no room left for {target}. Make room and give the same command again: it goes on from there.",
            repr(error),
        )
    reason = error.strerror or "the system refused"
    return TargetUnwritable(
        f"{target} can't be written: {reason}. Check its rights, or choose another folder; "
        "the same command goes on from there.",
        repr(error),
    )
