# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a folder's pictures: to its run, line by line, and to the artist, when all are over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import bpy

from ..folder_log import FAILED
from ..host.failures import HostFailure
from ..host.folder_run import FolderRun, Outcome
from ..host.jobs import JobView
from .folder_sheet import follow_sheet, order_sheet, wait_for_sheet
from .paths import shown

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


def tell_folder(operator: bpy.types.Operator, running: Session, run: FolderRun) -> None:
    """The summary, once the last of its pictures is over; the panel has it as long as it likes."""
    if not run.over:
        return
    sentence = f"{shown(run.folder.name)}: {run.summary()}"
    running.notice = sentence
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
