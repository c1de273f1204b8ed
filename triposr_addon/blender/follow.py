# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator does after it has ordered jobs: come back at once and have them followed, or wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from . import session
from .handover import hand_over
from .watch import watch

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def follow(operator: bpy.types.Operator, context: bpy.types.Context, jobs: Sequence[str]) -> set[OperatorReturnItems]:
    """With a window come back now, while the jobs are done in the background; without one wait for them."""
    if bpy.app.background:
        return wait_for(operator, context, jobs)
    watch(context)
    return {"FINISHED"}


def wait_for(operator: bpy.types.Operator, context: bpy.types.Context, jobs: Sequence[str]) -> set[OperatorReturnItems]:
    """Where no timer ticks, or a script wants the object now: come back when the jobs are over and taken in."""
    running = session.current()
    arrived = 0
    failures: list[HostFailure] = []
    for job in jobs:
        running.run_to_end(job)
        # An error ends a script, which must not be where others of the same order were made.
        arrived += hand_over(operator, context, running, job, alone=len(jobs) == 1)
        failure = running.queue.ticket(job).failure
        failures += [failure] if failure is not None and running.queue.ticket(job).order.folder is None else []
    if failures and not arrived and len(jobs) > 1:
        operator.report({"ERROR"}, failures[0].sentence)
    return {"FINISHED"} if arrived else {"CANCELLED"}
