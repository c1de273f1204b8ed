# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installation would make of the environment that is in the data folder: after an upgrade, for example."""

from __future__ import annotations

from pathlib import Path

from vendor_installer.kept_packages import changes, in_words
from vendor_installer.lock_files import lock_or_none
from vendor_installer.locked_environment import ENVIRONMENT, known_plans
from vendor_installer.ours import RECEIPT
from vendor_installer.plan import Plan
from vendor_installer.receipt import Receipt, read_receipt_or_none
from vendor_installer.sentences import Sentence, say


def outlook(plan: Plan) -> Sentence:
    """NOTHING_INSTALLED, INSTALLED_ALREADY, WOULD_BE_KEPT, WOULD_CHANGE or WOULD_BE_MADE_ANEW. Starts nothing."""
    receipt = read_receipt_or_none(plan.folder / ENVIRONMENT / RECEIPT)
    if receipt is None:
        return say("NOTHING_INSTALLED")
    if receipt != Receipt.for_inputs(receipt.inputs):
        return say("WOULD_BE_MADE_ANEW")  # by another Python
    known = {known.inputs() for _, _, known in known_plans(plan.computer, plan.folder)}
    return say("INSTALLED_ALREADY") if receipt.inputs in known else upgrade(plan)


def upgrade(plan: Plan) -> Sentence:
    """The same for an environment that another version of the extension made."""
    build = plan.choice.build
    locked = lock_or_none(build, plan.computer) if build else None
    if locked is None:
        return say("WOULD_BE_MADE_ANEW")
    changed = changes(plan.folder / ENVIRONMENT, {wheel.name: wheel.version for wheel in locked[1].wheels})
    return say("WOULD_CHANGE", changes=in_words(changed)) if changed else say("WOULD_BE_KEPT")


def made_at(environment: Path) -> int:
    """When its virtual environment was made, in nanoseconds: the same later means that it was kept. 0 for none."""
    try:
        return (environment / "pyvenv.cfg").stat().st_mtime_ns
    except OSError:
        return 0


def outcome(before: Sentence, made_before: int, made_now: int) -> Sentence:
    """What an installation has come to, from what it looked like before."""
    if before.code == "INSTALLED_ALREADY" and made_before == made_now:
        return before
    if made_before == made_now:
        return say("PACKAGES_KEPT")
    if before.code == "WOULD_CHANGE":
        return say("INSTALLED_ANEW", changes=before.values["changes"])
    return say("INSTALLED")
