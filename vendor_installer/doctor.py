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
from vendor_installer.lock_files import REQUIREMENTS
from vendor_installer.locked_environment import ENVIRONMENT, PROOFS, known_plans
from vendor_installer.model_store import ModelStore
from vendor_installer.ours import RECEIPT
from vendor_installer.outlook import upgrade
from vendor_installer.plan import Plan, gigabytes
from vendor_installer.sentences import Sentence, joined, say, to_json
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
    told: tuple[Sentence, ...]
    repair: tuple[str, ...] = ()
    details: str = ""

    @property
    def sentence(self) -> str:
        """For the shell."""
        return joined(self.told)

    def to_json(self) -> dict[str, Any]:
        """For a program, and for a report."""
        told = {"sentence": self.sentence, "told": to_json(self.told)}
        return {"code": self.code, "state": self.state, **told, "repair": list(self.repair), "details": self.details}


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
        yield _found("FOLDER_UNUSABLE", "bad", details=str(error), folder=plan.folder)
    free = plan.computer.free_disk
    code, state = ("DISK_SHORT", "bad") if free < LITTLE_DISK else ("DISK", "good")
    yield _found(code, state, free=gigabytes(free), folder=plan.folder)


def _environment(plan: Plan, install: tuple[str, ...], outside: Mapping[str, str]) -> Iterator[Finding]:
    inside = plan.folder / ENVIRONMENT
    receipt = _receipt_or_none(inside / RECEIPT)
    if not inside.is_dir():
        yield _found("ENVIRONMENT_MISSING", "bad", install, folder=plan.folder)
    elif receipt is None:
        yield _found("ENVIRONMENT_HALF_MADE", "bad", install, folder=inside)
    elif _run(inside, "pass", START_LIMIT_S, outside).exit_code != 0:
        base, python = receipt.get("base"), receipt.get("python")
        yield _found("ENVIRONMENT_PYTHON_GONE", "bad", install, folder=inside, base=base, python=python)
    else:
        yield from _installed(plan, str(receipt["inputs"]), install, outside)


def _installed(plan: Plan, inputs: str, install: tuple[str, ...], outside: Mapping[str, str]) -> Iterator[Finding]:
    plans = known_plans(plan.computer, plan.folder)
    known = [(build, device) for build, device, locked in plans if locked.inputs() == inputs]
    if not known:
        other = say("ENVIRONMENT_OTHER", python=dotted(plan.computer.python))
        yield Finding("ENVIRONMENT_OTHER", "note", (other, upgrade(plan)), install)
    build, device = known[0] if known else (None, "cpu")
    proof = (REQUIREMENTS / PROOFS[device]).read_text(encoding="utf-8")
    proved = _run(plan.folder / ENVIRONMENT, proof, PROOF_LIMIT_S, outside)
    if proved.exit_code == 0:
        proved = prove_by_worker(python_in(plan.folder / ENVIRONMENT), device, outside)
    if proved.exit_code != 0:
        yield _found("ENVIRONMENT_BROKEN", "bad", (*install, "--again"), proved.text)
    elif build:
        yield _found("ENVIRONMENT", "good", build=build.title, device=device)
    planned = plan.choice.build
    if build and build != planned:
        other = say("ANOTHER_BUILD_FITS", build=build.name, planned=planned.name if planned else "none")
        repair = install if plan.can_start else ()
        yield Finding("ANOTHER_BUILD_FITS", "note", (other, plan.choice.reason), repair)


def _models(store: ModelStore) -> Iterator[Finding]:
    states = [store.state(model) for model in store.catalogue]
    for state in states:
        accepted = () if state.model.commercial else ("--accept-non-commercial",)
        name = state.model.name
        repair = ("models", "get", name, "--folder", str(store.root), *accepted)
        if state.state == "damaged":
            yield _found("MODEL_DAMAGED", "bad", repair, model=name)
        elif state.state == "partly":
            there, size = gigabytes(state.bytes_there), gigabytes(state.model.size)
            yield _found("MODEL_NOT_WHOLE", "note", repair, model=name, there=there, size=size)
    whole = [state.model.name for state in states if state.state == "installed"]
    told = say("MODELS", models=", ".join(whole)) if whole else say("NO_MODELS")
    yield Finding("MODELS", "good", (told,))


def _found(code: str, state: str, repair: tuple[str, ...] = (), details: str = "", **values: object) -> Finding:
    """What its own sentence tells alone."""
    return Finding(code, state, (say(code, **values),), repair, details)


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
