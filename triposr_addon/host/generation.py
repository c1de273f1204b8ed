# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos into meshes, one after the other, with at most one warm worker.

Nothing here waits: each `tick()` hears what the worker said and asks for what comes next: `initialize` (once), then for
each job `reconstruct`, `extract` and, where that is wanted, `review`. Where several jobs wait, and the worker said that
it gains by it, it is asked to reconstruct them together. A worker that fails costs the job that it is busy with, and no
other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .. import protocol
from ..protocol import Initialized, Reconstructed, Review
from .batches import Batches
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
    best_batch: so many photos pass through the network together where so many wait; 0: the worker finds out.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        device: str = "auto",
        command: WorkerCommand | None = None,
        limits: Limits = DEFAULT_LIMITS,
        clock: Clock = time.monotonic,
        best_batch: int = 0,
    ) -> None:
        super().__init__(storage, WarmWorker(storage, device, command, limits, clock, best_batch), clock)
        self._limits = limits
        self._batches = Batches()
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
        self.fields.tick(free=self._group.first is None or self._is_between_two())
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
        for job in self._group:
            self._end(job, job.cancelled)
        for job in self._jobs:
            self.drop(job.id)
        self._storage.close()

    # --- steps -------------------------------------------------------------------------------------------------------

    def _begin_next(self) -> None:
        if not GenerationQueue.busy(self):
            self._batches.rest()
        job = self._jobs.next_or_none()
        if self._group.first is not None or job is None or self.fields.busy() or self.memory.paused:
            return
        together = self._jobs.next_together(self._batches.next_size(job.request.model))
        begun = [job for job in together if self._has_begun(job)]
        self._group.set_out(begun)
        if begun and self._has_worker() and not self._worker.initialized:
            for job in begun:
                job.progress = job.progress.reached(START_WORKER, 0.0)

    def _has_begun(self, job: Job) -> bool:
        try:
            job.begin(self._storage.new_job_folder(), on_kept_worker=self._worker.idle)
        except HostFailure as failure:
            job.fail(failure)
            return False
        return True

    def _has_worker(self) -> bool:
        """Have one for the group. Where there can be none, it costs the first; the others try for themselves."""
        first = self._group.first
        assert first is not None, "nobody else needs one"
        try:
            self._worker.start_or_keep()
            self._worker.cancel_warm_up(but_for=first.request.model.absolute())
        except HostFailure as failure:
            self._end(first, partial(first.fail, failure))
            self._send_back(lambda job: job.reconstructed is None, Job.wait_as_before)
            return False
        return True

    def _is_between_two(self) -> bool:
        """Whether the next of a group is to get its mesh and was not asked for: something else may go first."""
        job = self._group.first
        begins = job is not None and job.in_company and job.reconstructed is not None and job.extracted is None
        return begins and not any(job.owed for job in self._group)

    def _ask_for_what_comes_next(self) -> None:
        job = self._group.first
        if job is None or (self._is_between_two() and (self.fields.busy() or self.memory.paused)):
            return
        if (not self._worker.running and not self._has_worker()) or not self._worker.idle:
            return
        asked = self._group.requests() if job.reconstructed is None else [(job, job.next_request())]
        for job, request in asked:
            try:
                self._worker.send(request)
                job.was_asked_for()
            except HostFailure as failure:
                self._end_in_failure(job, failure)

    def _look_at_the_worker(self) -> None:
        for job in self._group:
            job.worker_looks(self._worker.notice())

    def _take(self, event: WorkerEvent) -> None:
        if isinstance(event, protocol.Progress):
            self._take_progress(event)
        elif isinstance(event, Broken):
            self._take_break(event)
        elif isinstance(event, Refused | Answered):
            job = next((job for job in self._group if job.asked(event.request)), None)
            if job is None:
                return
            job.owed = False
            if isinstance(event, Answered):
                self._take_answer(job, event)
            elif not self._can_do_without(job, event):
                self._end_in_failure(job, WorkerReportedFailure(event.error))

    def _take_progress(self, event: protocol.Progress) -> None:
        for job in self._group:
            # A job that waits for the end of a warm-up shows how far that is: it would have to do the same.
            if event.job == job.id or event.job.startswith(WARM_UP):
                job.told(event.step, event.fraction, event.detail)
            if event.job == job.id:
                self._group.told(job)

    def _take_break(self, event: Broken) -> None:
        """A worker that broke before it heard of a job, or over another one, does not cost it: another one does it.

        Whoever has its field already goes on from there.
        """
        first, culprit = self._group.first, self._group.culprit()
        if first is None or self._is_between_two():
            return
        if not any(job.owed for job in self._group):
            culprit = first  # it broke before it was asked for anything
            self._send_back(lambda job: job is not first and job.reconstructed is None, Job.wait_as_before)
        elif culprit is None and self._group.heard:
            self._batches.shun()
        for job in self._group:
            if job.may_ask_again:
                job.ask_again()
            elif job is culprit and not job.untouched:
                self._end_in_failure(job, event.failure)
            elif job is culprit or job.owed:
                self._begin_again(job, event.failure)

    def _begin_again(self, job: Job, failure: HostFailure) -> None:
        if not job.may_begin_again:
            self._end_in_failure(job, failure)
            return
        self._storage.worker_log.note(f"{job.id} begins again with another worker")
        self._group.leave(job)
        job.wait_again()
        self._remove_files(job)

    def _send_back(self, which: Callable[[Job], bool], how: Callable[[Job], None]) -> None:
        for job in self._group:
            if which(job):
                self._group.leave(job)
                how(job)
                self._remove_files(job)

    def _can_do_without(self, job: Job, event: Refused) -> bool:
        """Whether it is over with what it has: a mesh stays one where its review failed."""
        over = isinstance(event.request, Review) and job.cancel_asked is None
        if over:
            self._storage.worker_log.note(f"not reviewed: {event.error}")
            self._end(job, job.finish)
        return over

    def _take_answer(self, job: Job, event: Answered) -> None:
        job.take(event.result)
        if isinstance(event.result, Reconstructed):
            self._batches.learn(job.request.model, event.result.best_batch)
        if job.cancel_asked is not None:
            self._end(job, job.cancelled)
        elif job.answered:
            self._end(job, job.finish)
            if job.result is not None:
                self._pace.learn(job.request, job.result)

    def _kill_if_cancel_is_ignored(self) -> None:
        for job in self._group:
            if job.cancel_asked is None or job.cancel_asked.seconds() <= self._limits.cancel:
                continue
            # Where it works for others as well it is left to that; what it says of this one later is nobody's.
            if not any(other.owed for other in self._group if other is not job):
                self._worker.kill()
            self._end(job, job.cancelled)

    def _end_in_failure(self, job: Job, failure: HostFailure) -> None:
        # Whatever a cancelled job fails of, the artist no longer wants to know.
        self._end(job, job.cancelled if job.cancel_asked is not None else lambda: job.fail(failure))

    def _give_up(self, job: Job, failure: HostFailure) -> None:
        if self._worker.works_on(job.id):
            self._worker.kill()
            self._send_back(lambda other: other is not job and other.owed, Job.wait_as_before)
        self._group.leave(job)
        job.fail(failure)
