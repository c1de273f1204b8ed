# SPDX-License-Identifier: GPL-3.0-or-later
"""A job is over: its object comes into the scene as an undo step of its own, and the artist is told."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..host.failures import HostFailure
from ..host.jobs import JobState, JobView
from . import session
from .cutout_preview import CutOutPreview
from .delivery import deliver
from .failures import ObjectNotMade
from .folder_report import named, outcome_of, tell_folder
from .modifiers import waiting_modifiers
from .session import Session
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_deliver(bpy.types.Operator):
    """Bring the mesh of a finished job into the scene"""

    bl_idname = "triposr.deliver"
    bl_label = "Image to Mesh"  # the name of the undo step
    # Not REGISTER: in the redo panel there would be nothing to change.
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        job: str
    else:
        job: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Whoever called reports it: what a called operator says reaches nobody."""
        running = session.current()
        if self.job not in {view.id for view in running.queue.ripe()}:
            return {"CANCELLED"}
        return {"FINISHED"} if _take_in(context, running, running.queue.view(self.job)) else {"CANCELLED"}


def hand_over(
    operator: bpy.types.Operator, context: bpy.types.Context, running: Session, job: str, *, alone: bool = True
) -> bool:
    """Take in what came of a job that is over, and report it; answers whether there is an object now.

    alone: it was not ordered together with others.
    From a script the undo step is pushed only where the script's own call asked for one, as with all of Blender's.
    """
    if running.queue.ticket(job).order.candidate is not None and running.queue.view(job).state is JobState.DONE:
        return _keep(operator, running, running.queue.view(job))
    arrived: bool = bpy.ops.triposr.deliver("EXEC_DEFAULT", True, job=job) == {"FINISHED"}  # type: ignore[attr-defined]
    view, ticket = running.queue.view(job), running.queue.ticket(job)
    if ticket.failure is not None:
        sentence = ticket.failure.sentence
        if ticket.order.folder is not None:
            sentence = named(view.request.photo.name, sentence)
        # One of a folder, or of several, is passed over: a script must not stop at it.
        one_of_many = not alone or ticket.order.folder is not None
        if not alone and ticket.order.folder is None:
            sentence = named(view.request.photo.name, sentence)
        operator.report({"WARNING"} if one_of_many else {"ERROR"}, sentence)
    elif not arrived:
        operator.report({"INFO"}, told("{name}: cancelled", name=view.request.name))
    else:
        operator.report({"INFO"}, f"{view.request.name}: {ticket.notice}")
        for warning in view.result.warnings if view.result else ():
            operator.report({"WARNING"}, warning)
    if ticket.order.folder is not None:
        tell_folder(operator, running, ticket.order.folder)
    return arrived


def tell_failure(operator: bpy.types.Operator, running: Session, failure: HostFailure) -> None:
    """In the panel until it is dismissed, in the status bar, and as RuntimeError for a script."""
    running.failure = failure
    operator.report({"ERROR"}, failure.sentence)


def _keep(operator: bpy.types.Operator, running: Session, view: JobView) -> bool:
    """A candidate is no object yet, so this is no undo step."""
    candidate, result = running.queue.ticket(view.id).order.candidate, view.result
    assert candidate is not None, "others are taken in"
    assert result is not None, "what is done has a result"
    drawing = CutOutPreview(f"triposr_candidate_{candidate.number}.png")
    if result.review is not None:
        _draw(running, drawing, view.request.photo, result.review.picture)
    notice = told(
        "Candidate {number}: {count:,} triangles in {seconds:.1f} s",
        number=candidate.number,
        count=result.triangles,
        seconds=view.seconds,
    )
    running.queue.keep(view.id, notice, drawing)
    operator.report({"INFO"}, f"{view.request.name}: {notice}")
    return True


def _draw(running: Session, drawing: CutOutPreview, photo: Path, picture: Path) -> None:
    """A candidate whose drawing can't be copied is one without a drawing; the follower of the queue must not end."""
    try:
        drawing.show(photo, picture)
    except OSError as error:
        running.storage().worker_log.note(f"{picture.name} can't be shown: {error}")


def _take_in(context: bpy.types.Context, running: Session, view: JobView) -> bool:
    """The job's object, its failure, or nothing after Cancel. Its files are removed in any case."""
    notice, failure, before, name = "", view.failure, _uids(), ""
    order = running.queue.ticket(view.id).order
    try:
        if view.state is JobState.DONE and view.result is not None:
            new = deliver(context, order, view.result)
            name = new.name
            notice = told("{count:,} triangles in {seconds:.1f} s", count=view.result.triangles, seconds=view.seconds)
            running.failure, running.notice = None, notice + waiting_modifiers(new)
    except HostFailure as caught:
        failure = caught
    except Exception:  # noqa: BLE001  # nobody foresaw it, and the jobs behind this one must not wait for ever
        failure = ObjectNotMade(view.request.name, traceback.format_exc())
        _take_away_all_but(before)
        running.storage().worker_log.note(f"{failure.code} {failure.details}")
    finally:
        if order.folder is not None:
            order.folder.take_in(outcome_of(order, view, failure, name))
        running.queue.settle(view.id, notice, failure)
    if failure is not None and order.folder is None:
        running.failure = failure
    return bool(notice)


def _uids() -> set[int]:
    """The numbers of all objects and meshes of the file, which survive undo."""
    return {item.session_uid for item in (*bpy.data.objects, *bpy.data.meshes)}


def _take_away_all_but(before: set[int]) -> None:
    """What a delivery left that broke half-way."""
    left = [item for item in (*bpy.data.objects, *bpy.data.meshes) if item.session_uid not in before]
    bpy.data.batch_remove(left)
