# SPDX-License-Identifier: GPL-3.0-or-later
"""After an upgrade of the extension: whether its installation is kept or must change, and a button for that.

A note in the environment says which version has looked last, so that the installer is asked once and not at each start.
"""

from __future__ import annotations

from pathlib import Path

from ...host.installer_words import InstallPlan, Told
from ..provenance import extension_version
from ..session import Session
from ..words import ui

NOTE = "looked_at_by_version.txt"
FITS = ("INSTALLED_ALREADY", "WOULD_BE_KEPT")
MUST_CHANGE = ("WOULD_CHANGE", "WOULD_BE_MADE_ANEW")


def wants_look(running: Session) -> bool:
    """Whether another version of the extension looked at the environment last. A Python of the artist's is theirs."""
    storage = running.storage()
    if running.preferences().worker_python or storage.worker_python_or_none() is None:
        return False
    return _noted(storage.environment) != extension_version()


def take(running: Session, plan: InstallPlan) -> None:
    """The installer has looked: what fits is noted, and said where it is of another version."""
    environment = running.storage().environment
    if plan.environment is None or plan.environment.code not in FITS or not wants_look(running):
        return
    if plan.environment.code == "WOULD_BE_KEPT" and not running.notice:
        running.notice = ui("This version of TripoSR needs the same packages: the installation is kept")
    try:
        (environment / NOTE).write_text(extension_version(), encoding="utf-8")
    except OSError as error:
        running.notice = ui("The data folder can't be written: {why}", why=error)


def change_or_none(running: Session) -> Told | None:
    """What the installation lacks for this version."""
    plan = running.installation.plan
    told = plan.environment if plan is not None else None
    return told if told is not None and told.code in MUST_CHANGE and not running.preferences().worker_python else None


def _noted(environment: Path) -> str:
    try:
        return (environment / NOTE).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
