# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos into meshes, one after the other, with at most one warm worker.

Nothing here waits: each `tick()` hears what the worker said and asks for what comes next: `initialize` (once), then for
each job `reconstruct`, `extract` and, where that is wanted, `review`. A worker that fails costs the job that it is busy
with, and no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from .. import protocol
from ..protocol import Initialized, Review
from .cut_outs import CutOutDesk
from .failures import HostFailure, JobTookTooLong, WorkerReportedFailure
from .field_desk import FieldDesk
from .generation_queue import GenerationQueue
from .jobs import Job, JobView
from .memory_desk import MemoryDesk
from .patience import Clock
from .progress import START_WORKER
from .storage import Storage
from .warm_worker import WARM_UP, WarmWorker
from .worker_command import WorkerCommand
from .worker_process import DEFAULT_LIMITS, Answered, Broken, Limits, Refused, WorkerEvent

TICK_SECONDS = 0.01


class Generator(GenerationQueue):
    """The queue of jobs and its worker. One for each Blender; every call comes from the main thread.

    device: "auto", "cpu", "cuda", "cuda:N" or "mps".
    command: how to start the worker, where it is not the storage's Python with the extension's own worker.
    clock: seconds from anywhere, as time.monotonic.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        device: str = "auto",
        command: WorkerCommand | None = None,
        limits: Limits = DEFAULT_LIMITS,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(storage, WarmWorker(storage, device, command, limits, clock), clock)
        self._limits = limits
        self.cut_outs = CutOutDesk(self._worker, storage)
        self.fields = FieldDesk(self._worker, storage, self.tick, clock)
        self.memory = MemoryDesk(self._worker)

    def busy(self) -> bool:
        """Whether a job is waiting or running, or a question to a field is."""
        return super().busy() or self.fields.busy()

    # --- the clock ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Hear the worker and go one step on. Call it about ten times a second; it never waits."""
        for event in self._worker.events():
            self._take(event)
            self.cut_outs.take(event)
            self.fields.take(event)
        self._kill_if_cancel_is_ignored()
        if self.busy():
            self.cut_outs.make_way()
        self.fields.tick(free=self._running is None)
        self.memory.tick(free=not self.busy())
        self._begin_next()
        self.cut_outs.tick(free=not self.busy())
        self._ask_for_what_comes_next()
        self._look_at_the_worker()

    def run_until_done(
        self, job_id: str, limit_seconds: float, on_progress: Callable[[JobView], None] | None = None
    ) -> JobView:
        """Tick until the job is over and give its last view; for Blender without a window.

        `on_progress` gets each view that differs in state, step or fraction. After `limit_seconds` the job fails with
        JobTookTooLong. Raises KeyError.
        """
        deadline, told = time.monotonic() + limit_seconds, tuple[object, ...]()
        while not (view := self.view(job_id)).state.over:
            self.tick()
            if time.monotonic() > deadline:
                self._give_up(self._jobs[job_id], JobTookTooLong(limit_seconds, view.step))
            if on_progress is not None and (latest := self.view(job_id)).news != told:
                told = latest.news
                on_progress(latest)
            time.sleep(TICK_SECONDS)
        return view

    # --- the worker --------------------------------------------------------------------------------------------------

    def worker(self) -> Initialized | None:
        """What the warm worker said of itself: device, memory, versions. None while there is none."""
        return self._worker.initialized

    def ready(self) -> bool:
        """Whether a worker stands there with nothing to do, as far as the last tick() heard."""
        return self._worker.idle

    def warm_up(self, model: Path, photo: Path, background: str, rembg_model: str = "") -> None:
        """Get a worker ready for a photo that is likely to come; returns at once, and needs no tick().

        model: its checkpoint folder. background, rembg_model: as in PhotoSettings. No effect while a job waits or
        runs. A failure is only logged: the job, if it comes, meets it again and reports it.
        """
        if self.busy():
            return
        try:
            self._worker.warm_up(str(model.absolute()), str(photo.absolute()), background, rembg_model)
        except HostFailure as failure:
            self._storage.worker_log.note(f"not warmed up: {failure.code}: {failure.sentence} {failure.details}")

    def stop(self) -> None:
        """Cancel every job, end the worker, remove all files. Takes the limits' three seconds at most."""
        self.cancel_all()
        self.cut_outs.close()
        self._worker.stop()
        self.fields.close()
        if self._running is not None:
            self._end(self._running.cancelled)
        for job in self._jobs:
            self.drop(job.id)
        self._storage.close()

    # --- steps -------------------------------------------------------------------------------------------------------

    def _begin_next(self) -> None:
        job = self._jobs.next_or_none()
        if self._running is not None or job is None or self.fields.busy() or self.memory.paused:
            return
        try:
            job.begin(self._storage.new_job_folder(), on_kept_worker=self._worker.idle)
            self._worker.start_or_keep()
            self._worker.cancel_warm_up(but_for=job.request.model.absolute())
        except HostFailure as failure:
            job.fail(failure)
            return
        self._running = job
        if not self._worker.initialized:
            job.progress = job.progress.reached(START_WORKER, 0.0)

    def _ask_for_what_comes_next(self) -> None:
        job = self._running
        if job is None or not self._worker.idle:
            return
        try:
            self._worker.send(job.next_request())
        except HostFailure as failure:
            self._end_in_failure(failure)

    def _look_at_the_worker(self) -> None:
        if self._running is not None:
            self._running.worker_looks(self._worker.notice())

    def _take(self, event: WorkerEvent) -> None:
        job = self._running
        if job is None:
            return
        if isinstance(event, protocol.Progress):
            # A job that waits for the end of a warm-up shows how far that is: it would have to do the same.
            if event.job == job.id or event.job.startswith(WARM_UP):
                job.told(event.step, event.fraction, event.detail)
        elif isinstance(event, Broken):
            self._take_break(job, event)
        elif isinstance(event, Refused) and job.asked(event.request) and not self._can_do_without(job, event):
            self._end_in_failure(WorkerReportedFailure(event.error))
        elif isinstance(event, Answered) and job.asked(event.request):
            self._take_answer(job, event)

    def _take_break(self, job: Job, event: Broken) -> None:
        """A worker that broke before it heard of the job, on something older, does not cost it: another one does it."""
        if job.may_begin_again:
            self._storage.worker_log.note(f"{job.id} begins again with another worker")
            self._running = None
            job.wait_again()
            self._remove_files(job)
        else:
            self._end_in_failure(event.failure)

    def _can_do_without(self, job: Job, event: Refused) -> bool:
        """Whether it is over with what it has: a mesh stays one where its review failed."""
        over = isinstance(event.request, Review) and job.cancel_asked is None
        if over:
            self._storage.worker_log.note(f"not reviewed: {event.error}")
            self._end(job.finish)
        return over

    def _take_answer(self, job: Job, event: Answered) -> None:
        job.take(event.result)
        if job.cancel_asked is not None:
            self._end(job.cancelled)
        elif job.answered:
            self._end(job.finish)
            if job.result is not None:
                self._pace.learn(job.request, job.result)

    def _kill_if_cancel_is_ignored(self) -> None:
        job = self._running
        asked = job.cancel_asked if job is not None else None
        if job is not None and asked is not None and asked.seconds() > self._limits.cancel:
            self._worker.kill()
            self._end(job.cancelled)

    def _end_in_failure(self, failure: HostFailure) -> None:
        job = self._running
        if job is not None:
            # Whatever a cancelled job fails of, the artist no longer wants to know.
            self._end(job.cancelled if job.cancel_asked is not None else lambda: job.fail(failure))

    def _give_up(self, job: Job, failure: HostFailure) -> None:
        if self._worker.works_on(job.id):
            self._worker.kill()
        if job is self._running:
            self._running = None
        job.fail(failure)
