# SPDX-License-Identifier: GPL-3.0-or-later
"""`python3 -m vendor_installer doctor`: checks what is installed, says what mends it, and does so when asked."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vendor_installer.child import run_in_foreground
from vendor_installer.chosen_card import card_variables
from vendor_installer.doctor import Finding, examine
from vendor_installer.machine_lines import add_progress, pass_lines_on, tell_failure, tell_result, wants_json
from vendor_installer.models_command import store_in
from vendor_installer.plan import Plan
from vendor_installer.plan_command import add_choices, plan_for
from vendor_installer.plan_words import describe

SOMETHING_BAD = 25
MARKS = {"good": "ok   ", "note": "note ", "bad": "BAD  "}
ROOT = Path(__file__).resolve().parents[1]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], folder: Path) -> None:
    """Add the command. `folder`: the data folder if nobody says otherwise."""
    text = "check what is installed, and say or do what mends it"
    command = commands.add_parser("doctor", help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=doctor)
    command.add_argument("--json", action="store_true", help="everything for a report, without your name in it")
    command.add_argument("--repair", action="store_true", help="run what mends the bad findings, then check again")
    add_choices(command, folder)
    text = "the same as `doctor --repair`"
    repairing = commands.add_parser("repair", help=text, description=text, allow_abbrev=False)
    repairing.set_defaults(command=doctor, repair=True, json=False)
    add_choices(repairing, folder)
    add_progress(repairing)


def doctor(options: argparse.Namespace, outside: Mapping[str, str]) -> int:
    """Check, repair where asked, tell. 0 when nothing is bad any more."""
    plan, findings = _examined(options, outside)
    if options.repair and _repair(findings, outside, options):
        plan, findings = _examined(options, outside)
    if wants_json(options):
        return _tell_state(findings, options)
    print(report(plan, findings, Path.home()) if options.json else "\n".join(_lines(findings)))
    return SOMETHING_BAD if any(finding.state == "bad" for finding in findings) else 0


def report(plan: Plan, findings: Sequence[Finding], home: Path) -> str:
    """JSON with the computer's facts, the plan and the findings. The home folder is called ~, and so is its name."""
    whole = json.dumps(
        {
            "findings": [finding.to_json() for finding in findings],
            "plan": describe(plan),
            "computer": plan.computer.to_json(),
        },
        indent=1,
        ensure_ascii=False,
    )
    # As JSON writes it: Windows' backslashes are doubled there.
    for private in (json.dumps(str(home), ensure_ascii=False)[1:-1], home.as_posix()):
        whole = whole.replace(private, "~") if len(private) > 1 else whole
    return whole.replace(home.name, "~") if len(home.name) > 2 else whole


def _examined(options: argparse.Namespace, outside: Mapping[str, str]) -> tuple[Plan, list[Finding]]:
    plan = plan_for(options, outside)
    install = ["install", "--folder", str(options.folder)]
    install += ["--gpu", str(options.gpu)] if options.gpu is not None else []
    install += ["--backend", options.backend] if options.backend else []
    seen = {**outside, **card_variables(plan.computer, plan.choice.card, outside)}
    return plan, examine(plan, store_in(options.folder, outside), tuple(install), seen)


def _tell_state(findings: Sequence[Finding], options: argparse.Namespace) -> int:
    bad = [finding for finding in findings if finding.state == "bad"]
    if bad:
        tell_failure(bad[0].code, bad[0].sentence, bad[0].details)
        return SOMETHING_BAD
    tell_result(options, findings=[finding.to_json() for finding in findings])
    return 0


def _repair(findings: Sequence[Finding], outside: Mapping[str, str], options: argparse.Namespace) -> bool:
    """Run the repair of each bad finding; whether there was one."""
    commands = list(dict.fromkeys(finding.repair for finding in findings if finding.state == "bad" and finding.repair))
    for command in commands:
        print(f"\n{_command_line(command)}", flush=True)
        argv = [sys.executable, "-m", "vendor_installer", *command]
        if wants_json(options):
            pass_lines_on([*argv, "--progress", "json"], outside, ROOT)
        else:
            run_in_foreground(argv, outside, ROOT)
    return bool(commands)


def _lines(findings: Sequence[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.state]} {finding.sentence}")
        if finding.repair:
            lines.append(f"      mended by: {_command_line(finding.repair)}")
    return lines


def _command_line(arguments: Sequence[str]) -> str:
    return f"python3 -m vendor_installer {shlex.join(arguments)}"
