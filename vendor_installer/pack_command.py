# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer pack`: wheels and models in a folder, for computers without a network."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from vendor_installer.builds import BUILDS
from vendor_installer.folder_removal import remove_folder
from vendor_installer.isolation import pip_environment
from vendor_installer.lock_files import PIP_LOCKED, Target, read_lock, read_wheels, targets
from vendor_installer.locked_environment import WHEELS
from vendor_installer.model_store import require_accepted
from vendor_installer.models_command import model_steps, store_in
from vendor_installer.pack_zip import is_zip, write_zip
from vendor_installer.progress import Report, Step, TerminalDisplay, run_steps
from vendor_installer.wheel_folder import WheelFolder


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    text = "put the wheels and models for a computer without a network into a folder or a zip"
    command = commands.add_parser("pack", help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=pack)
    command.add_argument(
        "folder",
        metavar="PACK",
        type=lambda text: Path(text).expanduser().absolute(),
        help="a folder, or a file that ends in .zip",
    )
    locked = sorted(target.path.stem for target in targets(BUILDS) if target.path.is_file())
    command.add_argument(
        "--for", dest="name", metavar="TARGET", choices=locked, required=True, help=f"one of {', '.join(locked)}"
    )
    command.add_argument("--models", nargs="*", default=[], metavar="NAME", help="as `models list` calls them")
    command.add_argument(
        "--accept-non-commercial", action="store_true", help="also models whose licence forbids commercial work"
    )


def pack(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Fetch everything, behind one bar."""
    target = next(target for target in targets(BUILDS) if target.path.stem == options.name)
    folder = options.folder.with_name(f"{options.folder.name}.unzipped") if is_zip(options.folder) else options.folder
    store = store_in(folder, outside)
    models = [store.model(name) for name in options.models]
    for model in models:
        require_accepted(model, options.accept_non_commercial)
    steps = [_wheel_step(target, folder, outside), *model_steps(store, models, options.accept_non_commercial)]
    if is_zip(options.folder):
        steps.append(_zip_step(folder, options.folder, sum(step.weight for step in steps) / 10))
    run_steps(steps, TerminalDisplay())
    _tell(options.folder, options.models)
    return 0


def _wheel_step(target: Target, folder: Path, outside: Mapping[str, str]) -> Step:
    lock = read_lock(target.path)
    plain = WheelFolder(folder / WHEELS, (*read_wheels(PIP_LOCKED), *lock.wheels))
    wheels = plain.with_settings_or_none(pip_environment(outside)) or plain

    def work(report: Report) -> str:
        wheels.bring(report)
        return f"{len(wheels.wheels)} wheels, {lock.size.download / 1e6:.0f} MB"

    return Step(
        f"Fetch the wheels of {target.path.stem}", float(lock.size.download), lambda: False, work, wheels.download
    )


def _zip_step(folder: Path, target: Path, weight: float) -> Step:
    def work(report: Report) -> str:
        size = write_zip(folder, target, report)
        remove_folder(folder)
        return f"wrote {target}, {size / 1e6:.0f} MB"

    return Step(f"Write {target.name}", weight, lambda: False, work)


def _tell(pack: Path, models: Sequence[str]) -> None:
    files = [pack] if pack.is_file() else [path for path in pack.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"  {pack}: {size / 1e6:.0f} MB. Take it to the other computer, and there, in the extension's source:")
    print("    python3 -m vendor_installer install --from PACK --folder DATA")
    if models:
        print(f"    python3 -m vendor_installer models get {' '.join(models)} --from PACK --folder DATA")
