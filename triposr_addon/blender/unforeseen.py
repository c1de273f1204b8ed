# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that nobody foresaw, in what Blender calls by itself: timers and modal operators.

Blender would print such a fault where no artist looks, and never call again: jobs behind it would wait for ever. Here
it is told like any failure, its traceback goes into the log, and the work goes on.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..host.failures import HostFailure
from . import session

if TYPE_CHECKING:
    import bpy
    from bpy.stub_internal.rna_enums import OperatorReturnItems

MOST_IN_A_ROW = 20
"""What breaks each time is left alone after so many."""

Beat = Callable[[], float | None]
Modal = Callable[[Any, "bpy.types.Context", "bpy.types.Event"], "set[OperatorReturnItems]"]


class Unforeseen(HostFailure):
    """A fault of ours. The sentence can't say more; the details hold the traceback."""

    CODE = "UNFORESEEN"

    def __init__(self, details: str) -> None:
        super().__init__(
            "Something broke in TripoSR that nobody foresaw. Copy the details and report them; the rest goes on.",
            details,
        )


def tell_unforeseen() -> Unforeseen:
    """Call it where an exception was caught: it is shown in the panel, and noted once."""
    failure, running = Unforeseen(traceback.format_exc()), session.current_or_none()
    if running is not None:
        if running.failure is None or running.failure.details != failure.details:
            running.storage().worker_log.note(f"{failure.code} {failure.details}")
        running.failure = failure
    return failure


def survives(work: Callable[[], object]) -> bool:
    """Do it; answers whether it went as foreseen."""
    try:
        work()
    except Exception:  # noqa: BLE001  # that is what this is for, and it is told
        tell_unforeseen()
        return False
    return True


def forgiving_timer(seconds: float) -> Callable[[Beat], Beat]:
    """For a timer's function: after a fault it is called again in so many seconds, unless it breaks each time."""

    def of(beat: Beat) -> Beat:
        faults = 0

        @functools.wraps(beat)
        def forgiving() -> float | None:
            nonlocal faults
            try:
                again = beat()
            except Exception:  # noqa: BLE001  # as above
                tell_unforeseen()
                faults += 1
                return seconds if faults % MOST_IN_A_ROW else None
            faults = 0
            return again

        return forgiving

    return of


def forgiving_modal(modal: Modal) -> Modal:
    """For modal(): after a fault the operator ends as by Escape, and says so."""

    @functools.wraps(modal)
    def forgiving(self: Any, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        try:
            return modal(self, context, event)
        except Exception:  # noqa: BLE001  # as above
            self.report({"ERROR"}, tell_unforeseen().sentence)
            self.cancel(context)
            return {"CANCELLED"}

    return forgiving
