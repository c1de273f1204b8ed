# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a small environment from the files in a folder; run as a program, it is made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vendor_installer.environment import Environment, EnvironmentPlan
from vendor_installer.folder_lock import folder_lock
from vendor_installer.lock_files import read_wheels
from vendor_installer.wheel_folder import WheelFolder


def plan_in(folder: Path) -> EnvironmentPlan:
    """wanted.txt and pip.txt there are locks, proof.txt is the proof; wheels are brought to `brought`."""
    wanted, pip = folder / "wanted.txt", folder / "pip.txt"
    return EnvironmentPlan(
        name="small",
        title="Install the small ones",
        requirements=(wanted,),
        constraints=None,
        pip=pip,
        proof=folder / "proof.txt",
        weight=1.0,
        options=("--require-hashes", "--no-deps"),
        wheels=WheelFolder(folder / "brought", (*read_wheels(pip), *read_wheels(wanted))),
    )


def main(folder: str, place: str) -> None:
    """Make it in `place`."""
    with folder_lock(Path(place), 60) as lock:
        plan = plan_in(Path(folder))
        Environment(plan, Path(place) / "small", dict(os.environ), lock).make(lambda fraction, detail: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
