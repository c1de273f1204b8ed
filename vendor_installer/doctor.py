# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what is installed in a data folder: what is wrong with it, and which command mends that."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendor_installer.child import ChildCommand, ChildResult, run_child
from vendor_installer.computer import dotted
from vendor_installer.environment import python_in
from vendor_installer.isolation import isolated_environment
from vendor_installer.kept_packages import changes, in_words
from vendor_installer.lock_files import REQUIREMENTS, lock_or_none
from vendor_installer.locked_environment import ENVIRONMENT, PROOFS, known_plans
from vendor_installer.model_store import ModelStore
from vendor_installer.ours import RECEIPT
from vendor_installer.plan import Plan, gigabytes
from vendor_installer.worker_proof import prove_by_worker

START_LIMIT_S = 60.0
PROOF_LIMIT_S = 300.0
LITTLE_DISK = 1_000_000_000
"""Bytes: a job's files, a model's half precision copy."""


@dataclass(frozen=True)
class Finding:
    """state: good, note (works, but worth knowing) or bad. repair: the arguments of the command that mends it, none
    where only the artist can. details: for a report.
    """

    code: str
    state: str
    sentence: str
    repair: tuple[str, ...] = ()
    details: str = ""


def examine(plan: Plan, store: ModelStore, install: tuple[str, ...], outside: Mapping[str, str]) -> list[Finding]:
    """All checks of the data folder plan.folder, which is store.root, too. Changes nothing. install: the arguments of
    the command that does what the plan says.
    """
    return [*_folder(plan), *_environment(plan, install, outside), *_models(store)]


def _folder(plan: Plan) -> Iterator[Finding]:
    if not plan.folder.is_dir():
        return
    try:
        with tempfile.TemporaryFile(dir=plan.folder):
            pass
    except OSError as error:
        sentence = f"{plan.folder} can't be written. Give yourself the right to, or choose another data folder."
        yield Finding("FOLDER_UNUSABLE", "bad", sentence, details=str(error))
    free = plan.computer.free_disk
    if free < LITTLE_DISK:
        yield Finding("DISK_SHORT", "bad", f"Only {gigabytes(free)} are free where {plan.folder} is. Free some space.")
    else:
        yield Finding("DISK", "good", f"{gigabytes(free)} are free where {plan.folder} is.")


def _environment(plan: Plan, install: tuple[str, ...], outside: Mapping[str, str]) -> Iterator[Finding]:
    inside = plan.folder / ENVIRONMENT
    receipt = _receipt_or_none(inside / RECEIPT)
    if not inside.is_dir():
        yield Finding("ENVIRONMENT_MISSING", "bad", f"There is no environment in {plan.folder} yet.", install)
    elif receipt is None:
        yield Finding("ENVIRONMENT_HALF_MADE", "bad", f"{inside} was never finished, or is not ours.", install)
    elif _run(inside, "pass", START_LIMIT_S, outside).exit_code != 0:
        base = f"{receipt.get('base')} (Python {receipt.get('python')})"
        sentence = f"The Python in {inside} does not start: {base}, which it was made with, is gone or was replaced."
        yield Finding("ENVIRONMENT_PYTHON_GONE", "bad", sentence, install)
    else:
        yield from _installed(plan, str(receipt["inputs"]), install, outside)


def _installed(plan: Plan, inputs: str, install: tuple[str, ...], outside: Mapping[str, str]) -> Iterator[Finding]:
    plans = known_plans(plan.computer, plan.folder)
    known = [(build, device) for build, device, locked in plans if locked.inputs() == inputs]
    if not known:
        python = dotted(plan.computer.python)
        sentence = f"The environment is of another version of this extension, or not of Python {python}. "
        yield Finding("ENVIRONMENT_OTHER", "note", sentence + _upgrade(plan), install)
    build, device = known[0] if known else (None, "cpu")
    proof = (REQUIREMENTS / PROOFS[device]).read_text(encoding="utf-8")
    proved = _run(plan.folder / ENVIRONMENT, proof, PROOF_LIMIT_S, outside)
    if proved.exit_code == 0:
        proved = prove_by_worker(python_in(plan.folder / ENVIRONMENT), device, outside)
    if proved.exit_code != 0:
        sentence = "The environment does not work: files are gone (a virus scanner?), or the driver has changed."
        yield Finding("ENVIRONMENT_BROKEN", "bad", sentence, (*install, "--again"), proved.text)
    elif build:
        yield Finding("ENVIRONMENT", "good", f"PyTorch for {build.title} computes on the device {device}.")
    planned = plan.choice.build
    if build and build != planned:
        wanted = planned.name if planned else "none"
        sentence = f"The build {build.name} is installed; the plan for this computer is {wanted}. {plan.choice.reason}"
        yield Finding("ANOTHER_BUILD_FITS", "note", sentence, install if plan.can_start else ())


def _upgrade(plan: Plan) -> str:
    """What `install` would do with the environment of another version."""
    build = plan.choice.build
    locked = lock_or_none(build, plan.computer) if build else None
    if locked is None:
        return "It would be made anew."
    changed = changes(plan.folder / ENVIRONMENT, {wheel.name: wheel.version for wheel in locked[1].wheels})
    return f"It would be made anew: {in_words(changed)}." if changed else "Its packages would be kept."


def _models(store: ModelStore) -> Iterator[Finding]:
    states = [store.state(model) for model in store.catalogue]
    for state in states:
        accepted = () if state.model.commercial else ("--accept-non-commercial",)
        repair = ("models", "get", state.model.name, "--folder", str(store.root), *accepted)
        if state.state == "damaged":
            yield Finding("MODEL_DAMAGED", "bad", f"{state.model.name}: a file has not its right size.", repair)
        elif state.state == "partly":
            there = f"{gigabytes(state.bytes_there)} of {gigabytes(state.model.size)}"
            yield Finding("MODEL_NOT_WHOLE", "note", f"{state.model.name}: {there} are there.", repair)
    whole = [state.model.name for state in states if state.state == "installed"]
    yield Finding("MODELS", "good", f"Models: {', '.join(whole) or 'none besides the built-in one'}.")


def _receipt_or_none(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "inputs" in found else None


def _run(inside: Path, code: str, limit_s: float, outside: Mapping[str, str]) -> ChildResult:
    argv = [str(python_in(inside)), "-I", "-c", code]
    try:
        return run_child(ChildCommand(argv, isolated_environment(outside), Path(os.sep), limit_s))
    except OSError as error:
        return ChildResult(127, (str(error),), 0.0)
