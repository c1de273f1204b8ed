# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes questions to fields, one after the other, on the worker that photos share. They are short, so they go before
waiting photos; a photo that is being worked on is not disturbed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from .. import protocol
from .failures import HostFailure, JobTookTooLong, WorkerReportedFailure
from .field_jobs import Answer, FieldJob, FieldJobView, FieldRequest, Question
from .jobs import JobState
from .patience import Clock, Patience
from .progress import START_WORKER
from .storage import Storage
from .warm_worker import WarmWorker
from .worker_process import Answered, Broken, Refused, WorkerEvent

UNANSWERED_SECONDS = 5.0
"""So long may the answer to a cancelled question take, before the worker is killed for those who wait."""
TICK_SECONDS = 0.01


class FieldDesk:
    """The questions and their answers. The Generator hands it the worker's events and tells it when it may go on.

    tick: the Generator's, for those who want to wait for an answer.
    """

    def __init__(
        self, worker: WarmWorker, storage: Storage, tick: Callable[[], None], clock: Clock = time.monotonic
    ) -> None:
        self._worker = worker
        self._storage = storage
        self._tick = tick
        self._clock = clock
        self._jobs: dict[str, FieldJob] = {}
        self._begun: FieldJob | None = None
        """The one that has the worker. It keeps it, cancelled or dropped, until the worker has answered."""
        self._asked = False
        self._cancelled: Patience | None = None

    # --- for those who ask -------------------------------------------------------------------------------------------

    def submit(self, request: FieldRequest) -> str:
        """Ask; gives the job's id. It begins at a later tick. What it replaces is cancelled."""
        job = FieldJob(secrets.token_hex(4), request)
        for older in self._jobs.values():
            if job.replaces(older):
                self._cancel(older)
        self._jobs[job.id] = job
        return job.id

    def get_ready(self) -> None:
        """Have a worker that can answer, for a question that is likely to come; nothing waits. A failure is logged.

        The question, if it comes, meets it again and reports it.
        """
        try:
            self._worker.start_or_keep()
        except HostFailure as failure:
            self._storage.worker_log.note(f"not got ready: {failure.code}: {failure.sentence} {failure.details}")

    def busy(self) -> bool:
        """Whether a question waits, or the worker still has one."""
        return self._begun is not None or self._next_or_none() is not None

    def view(self, job_id: str) -> FieldJobView:
        """The job as it is now. Raises KeyError for one that was dropped."""
        return self._jobs[job_id].view()

    def views(self) -> tuple[FieldJobView, ...]:
        """Every job that was not dropped, in the order of asking."""
        return tuple(job.view() for job in self._jobs.values())

    def cancel(self, job_id: str) -> None:
        """End a job at once, whenever the worker hears of it. No effect on one that is over. Raises KeyError."""
        self._cancel(self._jobs[job_id])

    def drop(self, job_id: str) -> None:
        """Forget a job and remove its files; one that is not over is cancelled first. Raises KeyError."""
        self.cancel(job_id)
        job = self._jobs.pop(job_id)
        if job is not self._begun:
            self._remove_files(job)

    def run_until_done(
        self, job_id: str, limit_seconds: float, on_progress: Callable[[FieldJobView], None] | None = None
    ) -> FieldJobView:
        """Tick until the job is over and give its last view; for Blender without a window.

        `on_progress` gets the view after each tick. After `limit_seconds` the job fails with JobTookTooLong, and the
        worker is killed if it has it. Raises KeyError.
        """
        deadline = time.monotonic() + limit_seconds
        while not (view := self.view(job_id)).state.over:
            self._tick()
            if time.monotonic() > deadline:
                self._give_up(self._jobs[job_id], JobTookTooLong(limit_seconds, view.step))
            if on_progress is not None:
                on_progress(self.view(job_id))
            time.sleep(TICK_SECONDS)
        return view

    # --- for the Generator -------------------------------------------------------------------------------------------

    def tick(self, free: bool) -> None:
        """Go one step on; `free`: no photo is being worked on."""
        if self._cancelled is not None and self._cancelled.seconds() > UNANSWERED_SECONDS:
            self._worker.kill()
            self._let_go()
        if free and self._begun is None and (job := self._next_or_none()) is not None:
            self._begin(job)
        if self._begun is not None and not self._asked and self._worker.idle:
            self._ask(self._begun)
        if self._begun is not None:
            self._begun.notice = self._worker.notice()

    def take(self, event: WorkerEvent) -> None:
        """What the worker said; what is not about the question that it has is left alone."""
        job = self._begun
        if job is None:
            return
        if isinstance(event, protocol.Progress):
            if event.job == job.id:
                job.told(event.step, event.fraction, event.detail)
        elif isinstance(event, Broken):
            self._end(job, lambda: job.fail(event.failure))
        elif isinstance(event, Refused) and _is_for(job, event):
            self._end(job, lambda: job.fail(WorkerReportedFailure(event.error)))
        elif isinstance(event, Answered) and _is_for(job, event):
            answer = event.result
            assert isinstance(answer, Answer), "the wire checks that"
            self._end(job, lambda: job.finish(answer))

    def close(self) -> None:
        """Drop every job; the worker has ended."""
        for job_id in tuple(self._jobs):
            self.drop(job_id)
        self._let_go()

    # --- steps -------------------------------------------------------------------------------------------------------

    def _begin(self, job: FieldJob) -> None:
        try:
            job.begin(self._storage.new_job_folder())
            self._worker.start_or_keep()
        except HostFailure as failure:
            job.fail(failure)
            return
        self._begun, self._asked, self._cancelled = job, False, None
        if not self._worker.initialized:
            job.told(START_WORKER, 0.0, "")

    def _ask(self, job: FieldJob) -> None:
        try:
            self._worker.send(job.message())
        except HostFailure as failure:
            job.fail(failure)
            self._let_go()
        else:
            self._asked = True

    def _cancel(self, job: FieldJob) -> None:
        if job.state.over:
            return
        job.cancelled()
        if job is not self._begun:
            return
        if self._asked:
            self._cancelled = Patience(self._clock)
            self._worker.cancel(job.id)
        else:
            self._let_go()

    def _end(self, job: FieldJob, how: Callable[[], None]) -> None:
        if not job.state.over:
            how()
        self._let_go()

    def _give_up(self, job: FieldJob, failure: HostFailure) -> None:
        job.fail(failure)
        if job is self._begun:
            self._worker.kill()
            self._let_go()

    def _let_go(self) -> None:
        """The worker has no question any more."""
        job, self._begun, self._cancelled = self._begun, None, None
        if job is not None and job.id not in self._jobs:
            self._remove_files(job)

    def _next_or_none(self) -> FieldJob | None:
        return next((job for job in self._jobs.values() if job.state is JobState.WAITING), None)

    def _remove_files(self, job: FieldJob) -> None:
        if job.folder is not None:
            self._storage.remove_job_folder(job.folder)


def _is_for(job: FieldJob, event: Answered | Refused) -> bool:
    return isinstance(event.request, Question) and event.request.job == job.id
