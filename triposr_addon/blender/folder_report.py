# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a folder's pictures: to its run, line by line, and to the artist, when all are over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import bpy

from ..folder_log import CANCELLED, FAILED, MADE
from ..host.failures import HostFailure
from ..host.folder_run import FolderRun, Outcome
from ..host.jobs import JobView
from .folder_sheet import follow_sheet, order_sheet, wait_for_sheet
from .paths import shown
from .words import ui

if TYPE_CHECKING:
    from .order import Order
    from .session import Session


def outcome_of(order: Order, view: JobView, failure: HostFailure | None, name: str) -> Outcome:
    """What the log is to know. name: of the object; empty where there is none."""
    settings = {
        "model": str(order.request.model),
        "photo": dataclasses.asdict(order.request.photo_settings),
        "surface": dataclasses.asdict(order.request.surface_settings),
        "recipe": dict(order.recipe),
    }
    return Outcome(view, failure, name, bpy.data.filepath, settings)


def summary_of(run: FolderRun) -> str:
    """One line, in the language that Blender shows: "57 of 60 made, 3 failed, in 214 s"."""
    counts = [ui("{made} of {all} made", made=run.count(MADE), all=len(run.pictures))]
    if failed := run.count(FAILED):
        counts.append(ui("{count} failed", count=failed))
    if cancelled := run.count(CANCELLED):
        counts.append(ui("{count} cancelled", count=cancelled))
    if run.left_out:
        counts.append(ui("{count} left out", count=run.left_out))
    return ", ".join([*counts, ui("in {seconds:.0f} s", seconds=run.seconds)])


def named(picture: str, sentence: str) -> str:
    """A failure's sentence that says which picture it is about, once."""
    name = shown(picture)
    return sentence if name.rpartition("/")[2] in sentence else f"{name}: {sentence}"


def tell_folder(operator: bpy.types.Operator, running: Session, run: FolderRun) -> None:
    """The summary, once the last of its pictures is over; the panel has it as long as it likes."""
    if not run.over:
        return
    sentence = f"{shown(run.folder.name)}: {summary_of(run)}"
    running.notice = ""  # the Folder panel says it
    operator.report({"WARNING"} if run.count(FAILED) else {"INFO"}, sentence)
    failure: HostFailure | None = run.log_failure
    try:
        if failure is None:
            _draw_sheet(running, run)
    except HostFailure as caught:
        failure = caught
    if failure is not None:
        running.failure = failure
        operator.report({"WARNING"}, failure.sentence)


def _draw_sheet(running: Session, run: FolderRun) -> None:
    """So that it lies beside the log. Raises HostFailure."""
    order = order_sheet(running, run.folder, show=False)
    if bpy.app.background:
        wait_for_sheet(running, order)
    follow_sheet()
