# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer plan`: looks, decides and tells; changes nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from vendor_installer.builds import BUILDS
from vendor_installer.choice import choose
from vendor_installer.computer import Computer
from vendor_installer.failures import CardUnknown, FactsUnreadable
from vendor_installer.lock_files import locked_size
from vendor_installer.outlook import outlook
from vendor_installer.plan import Plan, make_plan
from vendor_installer.plan_words import describe
from vendor_installer.probe import probe

CAN_NOT_START = 20
"""The exit code where something blocks; what it is has been told."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], folder: Path) -> None:
    """Add the command. `folder`: where things go if nobody says otherwise."""
    text = "say what would be installed here, from where, how large, and why; changes nothing"
    command = commands.add_parser("plan", help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=plan)
    command.add_argument("--json", action="store_true", help="the plan and its facts, for a program")
    command.add_argument(
        "--facts", type=Path, metavar="FILE", help="plan for another computer: what `plan --json` printed there"
    )
    add_choices(command, folder)


def add_choices(command: argparse.ArgumentParser, folder: Path) -> None:
    """What an artist may decide."""
    command.add_argument("--gpu", type=int, metavar="N", help="plan for this card, counted from 0 as the plan lists it")
    command.add_argument(
        "--backend", choices=[build.name for build in BUILDS], default="", help="this build of PyTorch"
    )
    command.add_argument(
        "--folder",
        metavar="FOLDER",
        type=lambda text: Path(text).expanduser().absolute(),
        default=folder,
        help="where everything goes (default: %(default)s)",
    )


def plan(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Print the plan. 0 where nothing blocks."""
    made = plan_for(options, outside, options.facts)
    told = (
        {**made.to_json(), "environment": outlook(made).to_json()}
        if options.json and not options.facts
        else made.to_json()
    )
    print(json.dumps(told, indent=1) if options.json else "\n".join(describe(made)))
    return 0 if made.can_start else CAN_NOT_START


def plan_for(options: argparse.Namespace, outside: Mapping[str, str], facts: Path | None = None) -> Plan:
    """The plan as the options ask, for this computer or that of `facts`. Raises FactsUnreadable, CardUnknown."""
    computer = _facts_in(facts) if facts else probe(options.folder, outside)
    if options.gpu is not None and options.gpu not in range(len(computer.cards)):
        raise CardUnknown(options.gpu, len(computer.cards))
    return make_plan(computer, choose(computer, options.gpu, options.backend), options.folder, locked_size)


def _facts_in(path: Path) -> Computer:
    """A computer's facts from a file, be it a whole plan or the facts alone."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Computer.from_json(fields.get("computer", fields))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FactsUnreadable(path, str(error)) from error
