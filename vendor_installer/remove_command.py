# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer remove`: shows what is ours in the data folder and how large it is, asks, deletes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.failures import FolderUnusable, NotConfirmed
from vendor_installer.folder_lock import folder_lock
from vendor_installer.machine_lines import add_progress, tell_result, tell_waiting, wants_json
from vendor_installer.models_command import store_in
from vendor_installer.plan import gigabytes
from vendor_installer.removal import KINDS, Removable, foreign, removables, remove_all

LOCK_WAIT_S = 10.0


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], folder: Path) -> None:
    """Add the command. `folder`: the data folder if nobody says otherwise."""
    text = "delete what was installed, after showing it"
    command = commands.add_parser("remove", help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=remove)
    command.add_argument("kind", nargs="*", metavar="KIND", help=f"{', '.join(KINDS)} (default: all of them)")
    command.add_argument("--yes", action="store_true", help="don't ask")
    command.add_argument("--dry-run", action="store_true", help="show it only")
    command.add_argument(
        "--folder",
        metavar="FOLDER",
        type=lambda text: Path(text).expanduser().absolute(),
        default=folder,
        help="the extension's data folder (default: %(default)s)",
    )
    add_progress(command)


def remove(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Show, ask, delete. 0 too where there is nothing."""
    kinds = _kinds(options.kind)
    store = store_in(options.folder, outside)
    wanted = [each for each in removables(options.folder, store) if each.kind in kinds]
    print("\n".join(_lines(wanted, foreign(options.folder, store), options.folder)), flush=True)
    freed = 0
    if wanted and not options.dry_run:
        if not (options.yes or _agreed(options)):
            raise NotConfirmed
        with folder_lock(options.folder, LOCK_WAIT_S, lambda holder: tell_waiting(options, holder)):
            freed = remove_all(wanted)
        print(f"  Removed; {gigabytes(freed)} are free again.")
    items = [{"kind": each.kind, "name": each.name, "size": each.size} for each in wanted]
    tell_result(options, items=items, freed=freed, removed=not options.dry_run)
    return 0


def _kinds(names: list[str]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise FolderUnusable(f"There is no kind {unknown[0]!r} of thing to remove. Choose of {', '.join(KINDS)}.")
    return tuple(names) or KINDS


def _lines(wanted: list[Removable], others: list[str], folder: Path) -> list[str]:
    lines = [f"  {each.kind:12} {each.name:24} {gigabytes(each.size):>9}" for each in wanted]
    lines += [f"  {name}: not made here, and left alone" for name in others]
    if not wanted:
        return [*lines, f"Nothing in {folder} was installed by this program."]
    total = gigabytes(sum(each.size for each in wanted))
    return [f"In {folder}:", *lines, f"  {total} in all. Jobs, pictures and models of your own stay."]


def _agreed(options: argparse.Namespace) -> bool:
    if wants_json(options) or not sys.stdin.isatty():
        return False
    return input("Delete these? [y/N] ").strip().lower() in ("y", "yes")
