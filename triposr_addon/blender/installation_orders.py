# SPDX-License-Identifier: GPL-3.0-or-later
"""What the installer is asked to do, as the preferences say, and what becomes of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import bpy

from ..host.failures import HostFailure
from ..host.installer_run import InstallerRun
from ..host.installer_words import Finding, InstallPlan, findings_from_text, models_from_text, told_from
from ..host.pack_files import holds
from .failures import InstallationFailed
from .installation import Task
from .installation_follow import follow
from .installation_words import sentence_of
from .installing import upgrade
from .installing.choices import AUTO, BEST, gpu_or_none
from .installing.sentences import tell
from .properties import settings_of
from .session import Session
from .warm_up import warm_up
from .words import ui

JSON_LINES = ("--progress", "json")
WITH_A_BAR = ("install", "models", "repair", "remove")
"""Commands that know --progress."""


def ask_plan(running: Session) -> None:
    """Look at the computer, and say what would be installed. Changes nothing."""
    arguments = ("plan", "--json", *_choices(running))
    running.installation.plan = None
    _add(running, Task("plan", "", arguments, lambda run: _take_plan(running, run)))


def ask_models(running: Session) -> None:
    """Which models there are, and which of them are here."""
    arguments = ("models", "list", "--json", *_folder(running))
    _add(running, Task("models", "", arguments, lambda run: _take_models(running, run)))


def ask_checks(running: Session) -> None:
    """Check all that is installed."""
    running.installation.findings = None
    arguments = ("doctor", "--json", *_choices(running))
    _add(running, Task("checks", "", arguments, lambda run: _take_checks(running, run)))


def install(running: Session, pack: Path | None = None, *, again: bool = False) -> None:
    """Do what the plan says. The worker is stopped for it.

    pack: a folder or zip with all wheels; then the network is not asked, and the models in it come, too.
    """
    running.stop_worker()
    more = ("--from", str(pack)) if pack is not None else ()
    if running.preferences().install_without_hashes and pack is None:
        more = (*more, "--without-hashes")
    again_too = ("--again",) if again else ()
    arguments = ("install", *_choices(running), *JSON_LINES, *more, *again_too)
    _work(running, "Installing", arguments, lambda run: _installed(running, run, pack))


def remove_installation(running: Session) -> None:
    """Delete the environment and what was fetched for it; models stay. The worker is stopped."""
    running.stop_worker()
    arguments = ("remove", "environment", "wheels", "--yes", *_folder(running), *JSON_LINES)
    _work(running, "Removing", arguments)


def get_model(running: Session, name: str) -> None:
    """Fetch one, or take over the copy that another program has."""
    accepted = ("--accept-non-commercial",) if running.preferences().accept_non_commercial else ()
    _work(running, "Getting the model", ("models", "get", name, *_folder(running), *JSON_LINES, *accepted))


def add_model_file(running: Session, path: Path) -> None:
    """Copy a file that the artist has to its place; which model it is of, its content says."""
    _work(running, "Checking the file", ("models", "add", str(path), *_folder(running), *JSON_LINES))


def remove_model(running: Session, name: str) -> None:
    """Delete one."""
    _work(running, "Removing the model", ("models", "remove", name, *_folder(running), *JSON_LINES))


def repair(running: Session, finding: Finding) -> None:
    """Run what mends a finding."""
    if finding.repair[:1] == ("install",):
        install(running, again="--again" in finding.repair)
        return
    more = JSON_LINES if finding.repair[0] in WITH_A_BAR else ()
    _work(running, "Repairing", (*finding.repair, *more))


def _choices(running: Session) -> tuple[str, ...]:
    backend = running.preferences().backend
    gpu = gpu_or_none(running.installation.plan, running.preferences().gpu)
    build = ("--backend", backend) if backend != AUTO else ()
    card = ("--gpu", str(gpu)) if gpu is not None else ()
    return (*_folder(running), *build, *card)


def _folder(running: Session) -> tuple[str, str]:
    return ("--folder", str(running.storage().root))


def _work(
    running: Session, title: str, arguments: tuple[str, ...], on_success: Callable[[InstallerRun], None] | None = None
) -> None:
    running.failure, running.notice = None, ""

    def end(run: InstallerRun) -> None:
        running.notice = ""
        if run.failure is not None:
            running.failure = _failure_of(run)
        elif run.cancelled:
            running.notice = ui("Cancelled. What was fetched is kept; the next time it goes on there")
        elif on_success is not None:
            on_success(run)
        _look_again(running)

    _add(running, Task("work", title, arguments, end))


def _installed(running: Session, run: InstallerRun, pack: Path | None) -> None:
    """The worker starts from the new environment now, so that the first mesh need not wait for it."""
    running.notice = tell(told_from(run.result["told"]))
    if pack is not None:
        arguments = ("models", "list", "--json", *_folder(running))
        _add(running, Task("packed", "", arguments, lambda run: _get_packed(running, run, pack)))
    if bpy.app.background or running.storage().worker_python_or_none() is None:
        return
    running.forget_generator()
    try:
        if not warm_up(running, settings_of(bpy.context)):
            running.fitting_generator().memory.start_worker()
    except HostFailure as failure:
        running.failure = failure


def _get_packed(running: Session, run: InstallerRun, pack: Path) -> None:
    """The models that came with the wheels, but for those that the artist would have to accept first."""
    _take_models(running, run)
    accepts = running.preferences().accept_non_commercial
    names = [
        row.name
        for row in running.installation.models or ()
        if row.state != "installed" and (row.commercial or accepts) and holds(pack, row.places)
    ]
    if names:
        more = ("--accept-non-commercial",) if accepts else ()
        arguments = ("models", "get", *names, "--from", str(pack), *_folder(running), *JSON_LINES, *more)
        _work(running, "Getting the model", arguments)


def _look_again(running: Session) -> None:
    """What the pages show has changed."""
    ask_plan(running)
    ask_models(running)
    if running.installation.findings is not None:
        ask_checks(running)


def _take_plan(running: Session, run: InstallerRun) -> None:
    try:
        running.installation.plan = InstallPlan.from_text(run.text)
        upgrade.take(running, running.installation.plan)
    except (ValueError, KeyError, TypeError):
        running.failure = _failure_of(run)
        if running.failure.code == "CARD_UNKNOWN" and running.preferences().gpu != BEST:
            _plan_for_best_card(running)


def _plan_for_best_card(running: Session) -> None:
    """The card that was chosen is no longer in the computer."""
    running.failure, running.notice = None, ui("The chosen graphics card is gone; the best one is taken")
    running.preferences().gpu = BEST
    if bpy.app.background:  # else the preference's own update has asked
        ask_plan(running)


def _take_models(running: Session, run: InstallerRun) -> None:
    try:
        running.installation.models = models_from_text(run.text)
    except (ValueError, KeyError, TypeError):
        running.failure = _failure_of(run)


def _take_checks(running: Session, run: InstallerRun) -> None:
    try:
        running.installation.findings = findings_from_text(run.text)
        running.installation.diagnostics = json.dumps(json.loads(run.text), indent=1, ensure_ascii=False)
    except (ValueError, KeyError, TypeError):
        running.failure = _failure_of(run)


def _failure_of(run: InstallerRun) -> InstallationFailed:
    """In an artist's words where we have them; what the installer said goes with the details."""
    if run.failure is None:
        return InstallationFailed("INSTALLER_UNREADABLE", sentence_of("INSTALLER_UNREADABLE", ""), run.text)
    told = run.failure
    return InstallationFailed(told.code, sentence_of(told.code, told.sentence), f"{told.sentence}\n{told.details}")


def _add(running: Session, task: Task) -> None:
    running.installation.add(task)
    if bpy.app.background:
        running.installation.run_to_end()
    else:
        follow()
