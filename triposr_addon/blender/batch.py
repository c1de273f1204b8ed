# SPDX-License-Identifier: GPL-3.0-or-later
"""Several pictures at once: a job for each, with the settings of now, and their objects side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..host.failures import HostFailure
from . import session
from .follow import follow
from .handover import tell_failure
from .order import order_for_picture
from .placement import Place, Row
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def order_pictures(
    operator: bpy.types.Operator, context: bpy.types.Context, pictures: Sequence[Path], start: Place
) -> set[OperatorReturnItems]:
    """A job for each picture; their objects will stand in a row that begins at `start`. What is left out is told."""
    running, row = session.current(), Row(start)
    jobs: list[str] = []
    failures: list[HostFailure] = []
    for picture in pictures:
        try:
            jobs.append(running.start(order_for_picture(context, picture, row)))
        except HostFailure as failure:
            failures.append(failure)
    if failures and not jobs:
        tell_failure(operator, running, failures[0])
        return {"CANCELLED"}
    if failures:
        running.failure = failures[0]
        operator.report(
            {"WARNING"},
            told(
                "{failed} of {all} left out: {why}", failed=len(failures), all=len(pictures), why=failures[0].sentence
            ),
        )
    return follow(operator, context, jobs)
