# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators have in common that run a stage: modal with a bar and ESC from the panel, to the end from a script."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import bpy

from ...host.failures import HostFailure
from .. import session
from ..handover import tell_failure
from ..redraw import redraw_panels, redraw_views
from ..unforeseen import tell_unforeseen
from ..words import told, ui
from .asset_object import why_no_asset
from .stage import REST_SECONDS, Progress, Stage

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

BEAT_SECONDS = 0.02
WORK_SECONDS = 0.1
"""Short pieces are done one after the other for that long, before Blender may draw."""


class OfAnAsset:
    """An operator on the active object's mesh."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for a mesh that nobody is editing."""
        refusal = why_no_asset(context)
        cls.poll_message_set(told(refusal))  # type: ignore[attr-defined]  # an operator's
        return not refusal


class StageOperator(bpy.types.Operator):
    """An operator that is not registered itself; those made of it say which stage they run. One undo step at its end.

    While it is modal nothing else happens in Blender, so that nobody takes away what the stage works on.
    """

    bl_options = {"REGISTER", "UNDO"}

    _stage: Stage[Any] | None = None
    _timer: bpy.types.Timer | None = None

    def stage(self, context: bpy.types.Context) -> Stage[Any]:
        """The stage, with its settings read. Raises HostFailure, as the stage itself may."""
        raise NotImplementedError

    def tell(self, context: bpy.types.Context, result: Any) -> str:
        """What the artist is told of the stage's result, in their language: its `words`, unless it says otherwise."""
        return str(result.words)

    def tell_progress(self, progress: Progress | None) -> None:
        """Where the panel finds it; None: nothing is under way."""
        session.current().asset_progress = progress

    def tell_notice(self, notice: str) -> None:
        """Where the panel finds what was done."""
        session.current().asset_notice = notice

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: work between events."""
        if not self._begun(context):
            return {"CANCELLED"}
        self._timer = context.window_manager.event_timer_add(BEAT_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._show(context, Progress(ui(self.bl_label), 0.0))
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """ESC cancels; everything else waits."""
        if event.type == "ESC" and event.value == "PRESS":
            self.cancel(context)
            self.report({"INFO"}, told("Cancelled: nothing has changed"))
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        until, over, waits = time.monotonic() + WORK_SECONDS, None, False
        while over is None and not waits and time.monotonic() < until:
            over, waits = self._one_piece(context)
        return over or {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script: come back when it is done."""
        over: set[OperatorReturnItems] | None = None if self._begun(context) else {"CANCELLED"}
        while over is None:
            over, waits = self._one_piece(context)
            time.sleep(REST_SECONDS if waits else 0.0)
        return over

    def cancel(self, context: bpy.types.Context) -> None:
        """Also called by Blender: the window was closed, or another file is opened."""
        if self._stage is not None:
            self._stage.close()
        self._leave(context)

    def _begun(self, context: bpy.types.Context) -> bool:
        running = session.current()
        running.failure, running.notice = None, ""
        self.tell_notice("")
        try:
            self._stage = self.stage(context)
        except HostFailure as failure:
            tell_failure(self, running, failure)
            return False
        return True

    def _one_piece(self, context: bpy.types.Context) -> tuple[set[OperatorReturnItems] | None, bool]:
        """The first is None while there is more to do; the second says whether that is to wait."""
        assert self._stage is not None
        try:
            progress = next(self._stage)
        except StopIteration as over:
            self._leave(context)
            notice = self.tell(context, over.value)
            self.tell_notice(notice)
            self.report({"INFO"}, notice)
            return {"FINISHED"}, False
        except HostFailure as failure:
            self._leave(context)
            tell_failure(self, session.current(), failure)
            return {"CANCELLED"}, False
        except Exception:  # noqa: BLE001  # nobody foresaw it; told in the panel, it can be reported
            self._leave(context)
            self.report({"ERROR"}, tell_unforeseen().sentence)
            return {"CANCELLED"}, False
        except BaseException:
            self._leave(context)
            raise
        if self._timer is not None:
            self._show(context, progress)
        return None, progress.waits

    def _show(self, context: bpy.types.Context, progress: Progress) -> None:
        self.tell_progress(progress)
        if context.workspace is not None:
            done = f"{progress.fraction:.0%}"
            context.workspace.status_text_set(ui("{step}  {done}   ESC: Cancel", step=progress.step, done=done))
        redraw_panels(context)

    def _leave(self, context: bpy.types.Context) -> None:
        self._stage = None
        self.tell_progress(None)
        if self._timer is None:
            return
        context.window_manager.event_timer_remove(self._timer)
        self._timer = None
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        redraw_panels(context)
        redraw_views(context)
