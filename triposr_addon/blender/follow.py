# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator does after it has ordered jobs: come back at once and have them followed, or wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy

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
    for job in jobs:
        running.run_to_end(job)
        arrived += hand_over(operator, context, running, job)
    return {"FINISHED"} if arrived else {"CANCELLED"}
