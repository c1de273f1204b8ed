# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer install`: the worker's environment for an artist's Blender, as planned and locked."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.builds import Build
from vendor_installer.chosen_card import card_variables, keep_card
from vendor_installer.environment import Environment, EnvironmentPlan
from vendor_installer.failures import FolderUnusable
from vendor_installer.folder_lock import folder_lock
from vendor_installer.locked_environment import ENVIRONMENT, WHEELS, locked_builds, locked_plan, trusting_plan
from vendor_installer.machine_lines import (
    add_progress,
    display_for,
    tell_failure,
    tell_result,
    tell_waiting,
    wants_json,
)
from vendor_installer.ours import is_environment
from vendor_installer.outlook import made_at, outcome, outlook
from vendor_installer.pack_zip import is_zip, unpack
from vendor_installer.plan import Plan
from vendor_installer.plan_command import CAN_NOT_START, add_choices, plan_for
from vendor_installer.plan_words import describe
from vendor_installer.progress import Report, Step, run_steps
from vendor_installer.removal import remove_wheels
from vendor_installer.wheel_folder import WheelFolder

LOCK_WAIT_S = 1800.0


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], folder: Path) -> None:
    """Add the command. `folder`: the data folder if nobody says otherwise."""
    text = "install what `plan` says, from wheels that are pinned by their hashes"
    command = commands.add_parser("install", help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=install)
    add_choices(command, folder)
    add_progress(command)
    command.add_argument(
        "--from",
        dest="pack",
        metavar="PACK",
        type=lambda text: Path(text).expanduser().absolute(),
        help="without the network, from a folder or zip that `pack` made",
    )
    command.add_argument(
        "--without-hashes",
        action="store_true",
        help="where a build has no lock file: pin versions alone, and trust PyTorch's index",
    )
    command.add_argument("--again", action="store_true", help="make the environment anew, even if it looks whole")
    command.add_argument("--keep-wheels", action="store_true", help="leave what was fetched in the data folder")
    command.add_argument(
        "--wait", metavar="SECONDS", type=float, default=LOCK_WAIT_S, help="how long to wait for another installation"
    )


def install(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Plan, tell, install, prove. 0 when the environment is there, by this run or an earlier one."""
    plan = plan_for(options, outside)
    print("\n".join(describe(plan)), "\n", flush=True)
    if not plan.can_start:
        if wants_json(options):
            first = next(obstacle for obstacle in plan.obstacles if obstacle.blocks)
            tell_failure(first.code, first.sentence)
        return CAN_NOT_START
    build, card = plan.choice.build, plan.choice.card
    assert build is not None  # else something blocks
    device = build.device if card else "cpu"
    pinned = _pinned(options, plan, build, device)
    _prepare(plan.folder)
    before, made_before = outlook(plan), made_at(plan.folder / ENVIRONMENT)
    with folder_lock(plan.folder, options.wait, lambda holder: tell_waiting(options, holder)) as lock:
        variables = card_variables(plan.computer, card, outside)
        environment = Environment(pinned, plan.folder / ENVIRONMENT, {**outside, **variables}, lock)
        if options.again:
            environment.forget()
        steps = [_unzip_step(options.pack, environment)] if is_zip(options.pack) else []
        run_steps([*steps, environment.step()], display_for(options))
        keep_card(environment.folder, variables)
        if not options.keep_wheels and (options.pack is None or steps):
            remove_wheels(plan.folder)
    print(f"  Worker Python: {environment.python}")
    print(f"  In Blender, let the extension's Data Folder be {plan.folder}")
    told = outcome(before, made_before, made_at(environment.folder))
    tell_result(
        options,
        python=str(environment.python),
        folder=str(plan.folder),
        build=build.name,
        device=device,
        told=told.to_json(),
    )
    return 0


def _pinned(options: argparse.Namespace, plan: Plan, build: Build, device: str) -> EnvironmentPlan:
    """What is installed, by hash; without hashes only where that is wished and no lock is there."""
    if options.without_hashes and options.pack is None and build not in locked_builds(plan.computer):
        return trusting_plan(build, plan.computer, device)
    wheels = plan.folder if is_zip(options.pack) else options.pack or plan.folder
    return locked_plan(build, plan.computer, device, wheels, offline=options.pack is not None)


def _unzip_step(pack: Path, environment: Environment) -> Step:
    """The wheels out of a zip, where the environment needs them."""
    folder, source = environment.folder.parent, environment.plan.wheels
    assert isinstance(source, WheelFolder)  # of a locked plan; the other kind takes no pack
    sizes = {f"{WHEELS}/{wheel.file}": wheel.download if wheel.exact else None for wheel in source.wheels}

    def work(report: Report) -> str:
        unpack(pack, sizes, folder, report)
        return f"{len(sizes)} wheels"

    return Step(f"Unpack {pack.name}", 0.1, environment.is_current, work)


def _prepare(folder: Path) -> None:
    """Make the data folder. What stands in the environment's place goes only if it is an environment."""
    inside = folder / ENVIRONMENT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = inside.exists() and any(inside.iterdir()) and not is_environment(inside)
    except OSError as error:
        raise FolderUnusable(
            f"{folder} can't be written. Choose another place with --folder FOLDER.", str(error)
        ) from error
    if foreign:
        raise FolderUnusable(f"{inside} holds other files. Choose another place with --folder FOLDER.")
