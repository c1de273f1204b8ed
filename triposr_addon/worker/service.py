# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's desk: takes requests one by one and answers each, with its result or with a named failure."""

from __future__ import annotations

import logging
import traceback

from triposr_addon.protocol import (
    BakeTexture,
    CutOut,
    DrawSheet,
    ErrorReport,
    Extract,
    Initialize,
    JobRequest,
    Reconstruct,
    RenderViews,
    Result,
    Review,
    SampleColours,
    ShutDown,
    Shutdown,
    Unload,
    WarmUp,
)
from triposr_addon.worker.failures import INTERNAL, RequestMalformed, WorkerFailure
from triposr_addon.worker.inbox import Inbox, Task
from triposr_addon.worker.outbox import Outbox, OutboxHandler
from triposr_addon.worker.pulse import Pulse
from triposr_addon.worker.session import Session
from triposr_addon.worker.standard_streams import StandardStreams
from triposr_addon.worker.steps import Steps

LOGGER = logging.getLogger("triposr_addon")


def serve(streams: StandardStreams) -> int:
    """Answer requests until the host asks to leave or goes away; returns the process's exit code."""
    outbox = Outbox(streams.answers)
    LOGGER.addHandler(OutboxHandler(outbox))
    LOGGER.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    inbox = Inbox(streams.requests, lambda request_id, why: outbox.error(request_id, _malformed(why)))
    inbox.start()
    session, pulse = Session(), Pulse(outbox.heartbeat)
    while task := inbox.next_task():
        with pulse.at_work():
            answer = _answer(session, task, outbox)
        if inbox.closed:
            break
        outbox.memory(session.memory_held())
        if isinstance(answer, ErrorReport):
            outbox.error(task.id, answer)
        else:
            outbox.result(task.id, answer)
        if isinstance(answer, ShutDown):
            break
    return 0


def _answer(session: Session, task: Task, outbox: Outbox) -> Result | ErrorReport:
    try:
        return _handled(session, task, outbox)
    except WorkerFailure as failure:
        return failure.report()
    except Exception as error:  # noqa: BLE001  # whatever it is, the host must hear of it and the worker live on
        return _internal(error)


def _handled(session: Session, task: Task, outbox: Outbox) -> Result:
    match task.request:
        case Initialize() as request:
            return session.initialize(request)
        case Unload():
            return session.unload()
        case Shutdown():
            return ShutDown()
        case request:
            steps = Steps(
                lambda step, fraction, detail: outbox.progress(task.job, step, fraction, detail), task.cancelled.is_set
            )
            return _worked(session, request, steps)


def _worked(session: Session, request: JobRequest, steps: Steps) -> Result:
    match request:
        case WarmUp() | CutOut() | Reconstruct():
            return _about_photos(session, request, steps)
        case Extract() | SampleColours() | BakeTexture() | RenderViews():
            return _about_fields(session, request, steps)
        case Review():
            return session.review(request, steps)
        case DrawSheet():
            return session.draw_sheet(request, steps)


def _about_photos(session: Session, request: WarmUp | CutOut | Reconstruct, steps: Steps) -> Result:
    match request:
        case WarmUp():
            return session.warm_up(request, steps)
        case CutOut():
            return session.cut_out(request, steps)
        case Reconstruct():
            return session.reconstruct(request, steps)


def _about_fields(
    session: Session, request: Extract | SampleColours | BakeTexture | RenderViews, steps: Steps
) -> Result:
    match request:
        case Extract():
            return session.extract(request, steps)
        case SampleColours():
            return session.sample_colours(request, steps)
        case BakeTexture():
            return session.bake_texture(request, steps)
        case RenderViews():
            return session.render_views(request, steps)


def _internal(error: Exception) -> ErrorReport:
    sentence = (
        f"Something unforeseen went wrong ({type(error).__name__}). Try again; if it stays, report it with the log."
    )
    return ErrorReport(INTERNAL, sentence, "".join(traceback.format_exception(error)))


def _malformed(why: str) -> ErrorReport:
    sentence = "The worker did not understand Blender. Restart Blender; if it stays, install the extension again."
    return RequestMalformed(sentence, why).report()
