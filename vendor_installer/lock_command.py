# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer lock`: for developers, after a change in requirements/."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from vendor_installer.builds import BUILDS
from vendor_installer.failures import LockNotMade
from vendor_installer.lock_files import Lock, Target, checkout_targets, read_lock, targets
from vendor_installer.lock_maker import LockMaker
from vendor_installer.published_wheels import PUBLISHED, published_lock_or_none

NOT_ALL = 22
"""The exit code where a target could not be locked, or with --check, is not as it would be made now."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    text = "for developers: make the lock files anew, with uv"
    command = commands.add_parser("lock", help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=lock)
    command.add_argument("--uv", default="uv", metavar="PROGRAM", help="the program uv (default: the one on the path)")
    command.add_argument("--check", action="store_true", help="write nothing, and fail where a file would change")
    command.add_argument(
        "--wheels", type=Path, metavar="FOLDER", help="take PyTorch's own builds from here, not from its index"
    )
    command.add_argument(
        "--published", action="store_true", help="only the builds whose hashes other projects publish; without uv"
    )
    command.add_argument("--only", default="", metavar="TEXT", help="files with this text in their names")


def lock(options: argparse.Namespace, _outside: Mapping[str, str]) -> int:
    """Lock each target; those that can't be are told, and leave their files as they are."""
    make = _published if options.published else LockMaker(options.uv, options.wheels).lock
    wanted = (
        [published.target for published in PUBLISHED] if options.published else [*targets(BUILDS), *checkout_targets()]
    )
    results = [_lock(make, target, options.check) for target in wanted if options.only in target.path.name]
    return 0 if all(results) else NOT_ALL


def _published(target: Target) -> Lock:
    lock = published_lock_or_none(target)
    if lock is None:
        raise LockNotMade("nobody publishes it")
    return lock


def _lock(make: Callable[[Target], Lock], target: Target, check: bool) -> bool:
    try:
        made = make(target)
    except LockNotMade as failure:
        reason = (failure.details.splitlines() or [""])[-1].strip()
        print(f"{target.path.name}: could not be locked: {reason}", file=sys.stderr, flush=True)
        return False
    same = target.path.is_file() and read_lock(target.path) == made
    if not check:
        _write(target.path, made)
    state = "as it was" if same else "has to be made anew" if check else "written"
    print(f"{target.path.name}: {len(made.wheels)} wheels, {made.size.download / 1e6:.0f} MB, {state}", flush=True)
    return same or not check


def _write(path: Path, made: Lock) -> None:
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(made.text(), encoding="utf-8")
    partial.replace(path)
