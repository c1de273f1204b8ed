# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's desk: takes requests one by one and answers each, with its result or with a named failure."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from triposr_addon.protocol import (
    BakeTexture,
    CutOut,
    DrawSheet,
    ErrorReport,
    Extract,
    Initialize,
    JobRequest,
    Reconstruct,
    Reconstructed,
    RenderViews,
    Result,
    Review,
    SampleColours,
    ShutDown,
    Shutdown,
    Unload,
    WarmUp,
)
from triposr_addon.worker.asked import Asked
from triposr_addon.worker.failures import RequestMalformed, WorkerFailure
from triposr_addon.worker.inbox import Inbox, Task
from triposr_addon.worker.outbox import Outbox, OutboxHandler
from triposr_addon.worker.pulse import Pulse
from triposr_addon.worker.session import Session
from triposr_addon.worker.standard_streams import StandardStreams
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.unforeseen import unforeseen_report

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
    while tasks := inbox.next_tasks():
        task = tasks[0]
        with pulse.at_work():
            if isinstance(task.request, Reconstruct):
                _reconstruct(session, tasks, outbox)
                continue
            answer = _answer(session, task, outbox)
        if inbox.closed:
            break
        _say(task, answer, session, outbox)
        if isinstance(answer, ShutDown):
            break
    return 0


def _say(task: Task, answer: Result | ErrorReport, session: Session, outbox: Outbox) -> None:
    outbox.memory(session.memory_held())
    if isinstance(answer, ErrorReport):
        outbox.error(task.id, answer)
    else:
        outbox.result(task.id, answer)


def _answer(session: Session, task: Task, outbox: Outbox) -> Result | ErrorReport:
    try:
        return _handled(session, task, outbox)
    except Exception as error:  # noqa: BLE001  # whatever it is, the host must hear of it and the worker live on
        return _reported(error)


def _reported(error: Exception) -> ErrorReport:
    return error.report() if isinstance(error, WorkerFailure) else unforeseen_report(error)


def _reconstruct(session: Session, tasks: Sequence[Task], outbox: Outbox) -> None:
    """Answer each by itself, as soon as its answer is there."""
    group: list[Asked] = []
    for task in tasks:
        assert isinstance(task.request, Reconstruct), "the inbox puts nothing else together"
        steps = Steps(partial(_tell, group, task, outbox), task.cancelled.is_set)
        group.append(Asked(task.request, steps, partial(_end, task, session, outbox)))
    try:
        session.reconstruct_together(group)
    except Exception as error:  # noqa: BLE001  # as above
        for asked in group:
            asked.end(error)


def _tell(group: Sequence[Asked], task: Task, outbox: Outbox, step: str, fraction: float, detail: str) -> None:
    for asked in group:
        asked.given_up()
    outbox.progress(task.job, step, fraction, detail)


def _end(task: Task, session: Session, outbox: Outbox, answer: Reconstructed | Exception) -> None:
    _say(task, _reported(answer) if isinstance(answer, Exception) else answer, session, outbox)


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
        case Reconstruct():
            return session.reconstruct(request, steps)
        case WarmUp():
            return session.warm_up(request, steps)
        case CutOut():
            return session.cut_out(request, steps)
        case Extract() | SampleColours() | BakeTexture() | RenderViews():
            return _about_fields(session, request, steps)
        case Review():
            return session.review(request, steps)
        case DrawSheet():
            return session.draw_sheet(request, steps)


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


def _malformed(why: str) -> ErrorReport:
    sentence = "The worker did not understand Blender. Restart Blender; if it stays, install the extension again."
    return RequestMalformed(sentence, why).report()
