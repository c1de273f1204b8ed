# SPDX-License-Identifier: GPL-3.0-or-later
"""What a checkout's environments hold: the worker's as an installation makes it, with what tests and checks need
beyond; Blender's; and, for who asks for it, Ray on top of the worker's. All from lock files.

Which build the worker gets is `plan`'s decision. Without a card it is the small one for the processor wherever a place
has its very wheel, else the one that the general index has for this system, which computes on the processor, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vendor_installer.builds import GENERAL_INDEX, Build
from vendor_installer.choice import Choice, choose
from vendor_installer.computer import Computer, dotted
from vendor_installer.environment import EnvironmentPlan
from vendor_installer.failures import NotForThisComputer
from vendor_installer.isolation import pip_environment
from vendor_installer.lock_files import BLENDER, DEVELOPMENT, PIP_LOCKED, RAY, REQUIREMENTS, Target, read_wheels
from vendor_installer.locked_environment import WHEELS, locked_builds, locked_plan
from vendor_installer.wheel_folder import WheelFolder
from vendor_installer.wheel_places import WheelPlaces, places_or_none

BLENDER_WEIGHT, RAY_WEIGHT, WORKER_WEIGHT = 30.0, 20.0, 100.0

NO_WHEELS = {
    BLENDER: "Blender is not published as a Python module for {system} on {architecture} with Python {python}. "
    "`install` makes what the extension needs in a Blender that you have.",
    DEVELOPMENT: "What tests and checks need is not locked for {system} on {architecture} with Python {python}. "
    "`install` makes what the extension needs in a Blender that you have.",
    RAY: "Ray is not published for {system} on {architecture} with Python {python}. Leave --ray away: the same "
    "pictures are made in one process, with the same results, and --shard divides them among several.",
}


WORKER = "worker"
"""The worker's environment, within the folder of them all."""


@dataclass(frozen=True)
class WorkerOption:
    """One of the environments that the worker could get. build, reason: for a sentence."""

    plan: EnvironmentPlan
    build: Build
    reason: str


def blender_plan(computer: Computer, folder: Path) -> EnvironmentPlan:
    """Blender as a Python module. folder: where the wheels' folder is. Raises NotForThisComputer."""
    lock = _lock_of(BLENDER, computer)
    return EnvironmentPlan(
        name="blender",
        title="Install Blender as a Python module",
        requirements=(lock,),
        constraints=None,
        pip=PIP_LOCKED,
        proof=REQUIREMENTS / "blender_proof.txt",
        weight=BLENDER_WEIGHT,
        options=("--require-hashes", "--no-deps"),
        wheels=WheelFolder(folder / WHEELS, (*read_wheels(PIP_LOCKED), *read_wheels(lock))),
    )


def ray_plan(computer: Computer, folder: Path) -> EnvironmentPlan:
    """Ray and Parquet, on top of the worker's environment, which lies beside it. folder: as above. Raises
    NotForThisComputer.
    """
    lock = _lock_of(RAY, computer)
    return EnvironmentPlan(
        name="ray",
        title="Install Ray",
        requirements=(lock,),
        constraints=None,
        pip=PIP_LOCKED,
        proof=REQUIREMENTS / "ray_proof.txt",
        weight=RAY_WEIGHT,
        options=("--require-hashes", "--no-deps"),
        wheels=WheelFolder(folder / WHEELS, (*read_wheels(PIP_LOCKED), *read_wheels(lock))),
        below=WORKER,
    )


def worker_options(computer: Computer, folder: Path) -> list[WorkerOption]:
    """The environments that fit, best first. folder: as above. Raises NotForThisComputer."""
    choice = choose(computer)
    if choice.build is None:
        raise NotForThisComputer(" ".join(map(str, (choice.reason, *choice.advice))))
    more = _lock_of(DEVELOPMENT, computer)
    return [
        WorkerOption(
            _with(locked_plan(build, computer, device, folder, offline=False), more), build, str(choice.reason)
        )
        for build, device in _builds(computer, choice)
    ]


def first_offered(options: list[WorkerOption], computer: Computer, outside: Mapping[str, str]) -> tuple[int, str]:
    """The place in the list of the first one whose PyTorch is to be had, and where. The last one is not asked for."""
    places = places_or_none(pip_environment(outside)) or WheelPlaces()
    for number, option in enumerate(options[:-1]):
        source = option.plan.wheels
        assert isinstance(source, WheelFolder)  # of a locked plan
        torch = next(wheel for wheel in source.wheels if wheel.name == "torch")
        if (source.folder / torch.file).is_file():
            return number, str(source.folder)
        if place := places.offers(torch):
            return number, place
    last = options[-1].build
    return len(options) - 1, last.indexes[computer.system, computer.architecture]


def sentence(option: WorkerOption, place: str, small: WorkerOption | None) -> str:
    """Which build is installed, from where, and why. small: the one that would have been taken if it were offered."""
    missed = f" The smaller build for {small.build.title} is offered nowhere." if small else ""
    return f"PyTorch for {option.build.title} from {place}. {option.reason}{missed}"


def _builds(computer: Computer, choice: Choice) -> Iterator[tuple[Build, str]]:
    """With a card its build; without one, or where that is not locked, the processor's and then the general index's."""
    locked = locked_builds(computer)
    if choice.card and choice.build in locked:
        yield choice.build, choice.build.device
        return
    platform = computer.system, computer.architecture
    small = [build for build in locked if not build.vendor]
    yield from ((build, "cpu") for build in small)
    general = [build for build in locked if build.indexes[platform] == GENERAL_INDEX and build not in small]
    if not any(build.indexes[platform] == GENERAL_INDEX for build in small):
        yield from ((build, "cpu") for build in general[:1])


def _with(plan: EnvironmentPlan, more: Path) -> EnvironmentPlan:
    """The same with the packages of another lock."""
    source = plan.wheels
    assert isinstance(source, WheelFolder)
    return replace(
        plan,
        title=f"{plan.title}, and what tests need",
        requirements=(*plan.requirements, more),
        weight=WORKER_WEIGHT,
        wheels=replace(source, wheels=(*source.wheels, *read_wheels(more))),
    )


def _lock_of(kind: str, computer: Computer) -> Path:
    path = Target(kind, (computer.system, computer.architecture), computer.python).path
    if path.is_file():
        return path
    where = {"system": computer.system, "architecture": computer.architecture, "python": dotted(computer.python)}
    raise NotForThisComputer(NO_WHEELS[kind].format(**where))
