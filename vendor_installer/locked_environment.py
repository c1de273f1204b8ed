# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's environment as a lock file describes it, for a build, a computer, and what it will run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vendor_installer.builds import GENERAL_INDEX, Build
from vendor_installer.choice import builds_for
from vendor_installer.computer import Computer
from vendor_installer.environment import EnvironmentPlan
from vendor_installer.failures import BuildNotLocked
from vendor_installer.lock_files import INPUTS, PIP_LOCKED, REQUIREMENTS, lock_or_none, read_wheels
from vendor_installer.wheel_folder import WheelFolder

ENVIRONMENT = "environment"
"""Where the extension looks for it, in its data folder."""

WHEELS = "wheels"
"""Where its wheels are, in a data folder or a pack."""

PROOFS = {"cpu": "worker_proof.txt", "cuda": "worker_proof_cuda.txt", "mps": "worker_proof_mps.txt"}


def locked_plan(build: Build, computer: Computer, device: str, folder: Path, *, offline: bool) -> EnvironmentPlan:
    """The environment of that build, proved on `device` (cpu, cuda or mps). folder: holds the folder of its wheels;
    offline: all of these. Raises BuildNotLocked.
    """
    found = lock_or_none(build, computer)
    if found is None:
        raise BuildNotLocked(build.name, [other.name for other in locked_builds(computer)])
    index = build.indexes[computer.system, computer.architecture]
    more = () if index == GENERAL_INDEX else ("--extra-index-url", index)
    return EnvironmentPlan(
        name="worker",
        title=f"Install PyTorch for {build.title}",
        requirements=(found[0],),
        constraints=None,
        pip=PIP_LOCKED,
        proof=REQUIREMENTS / PROOFS[device],
        device=device,
        weight=1.0,
        options=("--require-hashes", "--no-deps", *more),
        wheels=WheelFolder(folder / WHEELS, (*read_wheels(PIP_LOCKED), *found[1].wheels), offline),
    )


def trusting_plan(build: Build, computer: Computer, device: str) -> EnvironmentPlan:
    """The same for a build that has no lock file: versions are pinned, and PyTorch's index is trusted for the rest."""
    index = build.indexes[computer.system, computer.architecture]
    return EnvironmentPlan(
        name="worker",
        title=f"Install PyTorch for {build.title}",
        requirements=(INPUTS["worker.txt"], REQUIREMENTS / f"torch_{build.name}.txt"),
        constraints=INPUTS["worker_constraints.txt"],
        pip=PIP_LOCKED,
        proof=REQUIREMENTS / PROOFS[device],
        device=device,
        weight=1.0,
        options=("--extra-index-url", index),
    )


def locked_builds(computer: Computer) -> list[Build]:
    """Those that can be installed there."""
    return [build for build in builds_for(computer) if lock_or_none(build, computer)]


def known_plans(computer: Computer, folder: Path) -> Iterator[tuple[Build, str, EnvironmentPlan]]:
    """Every environment that could have been installed there: build, device, plan."""
    locked = locked_builds(computer)
    for build in builds_for(computer):
        for device in sorted({build.device, "cpu"}):
            if build in locked:
                yield build, device, locked_plan(build, computer, device, folder, offline=False)
            else:
                yield build, device, trusting_plan(build, computer, device)
