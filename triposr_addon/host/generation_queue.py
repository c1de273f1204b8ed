# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of photos' jobs, and what can be done about each: order it, move it, cancel it, try it again, forget it."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from .failures import QueueFull
from .group import Group
from .job_queue import JobQueue
from .jobs import GenerationRequest, Job, JobState, JobView
from .patience import Clock, Patience
from .storage import Storage
from .time_left import Pace
from .warm_worker import WarmWorker

MOST_JOBS = 5000
"""In the list, those that are over included."""


class GenerationQueue:
    """The jobs, without the clock that drives them: see Generator."""

    def __init__(self, storage: Storage, worker: WarmWorker, clock: Clock) -> None:
        self._storage = storage
        self._worker = worker
        self._clock = clock
        self._jobs = JobQueue()
        self._pace = Pace()
        self._group = Group()

    def submit(self, request: GenerationRequest) -> str:
        """Put a photo in the queue and give the job's id. It begins at a later tick(). Raises QueueFull."""
        if len(self._jobs) >= MOST_JOBS:
            raise QueueFull(MOST_JOBS)
        job = Job(secrets.token_hex(4), request)
        self._jobs.add(job)
        return job.id

    def busy(self) -> bool:
        """Whether a job is waiting or running."""
        return self._group.first is not None or self._jobs.next_or_none() is not None

    def view(self, job_id: str) -> JobView:
        """The job as it is now. Raises KeyError for one that was dropped."""
        return self._jobs[job_id].view()

    def views(self) -> tuple[JobView, ...]:
        """Every job that was not dropped, in the order of the queue."""
        return tuple(job.view() for job in self._jobs)

    def times_left(self) -> dict[str, float]:
        """Seconds until each job is done, by id; absent are those that are over, or whose time is not known yet."""
        return self._pace.times_left(self.views())

    def can_move(self, job_id: str, by: int) -> bool:
        """Whether a waiting job stands before (by < 0) or after (by > 0) this one, which waits. Raises KeyError."""
        return self._jobs.can_move(job_id, by)

    def move(self, job_id: str, by: int) -> None:
        """Let a waiting job change places with the waiting one before (by < 0) or after it. Raises KeyError."""
        self._jobs.move(job_id, by)

    def retry(self, job_id: str) -> str:
        """Put the same request in the place of a job that is over, and give the new job's id. Raises KeyError.

        The id is another one, so that no late word of a worker is taken for the new try. Raises ValueError for a job
        that is not over.
        """
        tried = self._jobs[job_id]
        if not tried.state.over:
            raise ValueError(f"the job {job_id} is not over")
        job = Job(secrets.token_hex(4), tried.request)
        self._jobs.replace(job_id, job)
        self._remove_files(tried)
        return job.id

    def cancel(self, job_id: str) -> None:
        """End a job: at once while the worker does nothing for it, else within a second of ticks.

        No effect on one that is over. Raises KeyError.
        """
        self._cancel(self._jobs[job_id])

    def cancel_all(self) -> None:
        """End every job, as cancel() does."""
        for job in self._jobs:
            self._cancel(job)

    def drop(self, job_id: str) -> None:
        """Forget a job and remove its files; one that is not over is cancelled first. Raises KeyError."""
        self._cancel(self._jobs[job_id])
        self._remove_files(self._jobs.remove(job_id))

    def release(self, job_id: str) -> None:
        """Remove the files of a job that is over; it stays in the list. Raises KeyError."""
        self._remove_files(self._jobs[job_id])

    def adopt(self, other: GenerationQueue) -> None:
        """Take over what is over of a generator that is about to be stopped: its list, without the files."""
        for job in other._jobs:
            if job.state.over:
                self._jobs.add(other._jobs.remove(job.id))
                other._remove_files(job)

    # --- steps -------------------------------------------------------------------------------------------------------

    def _cancel(self, job: Job) -> None:
        if job.state.over or job.cancel_asked is not None:
            return
        if job not in self._group:
            job.cancelled()
        elif not self._worker.works_on(job.id):
            # It is still starting: let it, for the next job, unless it gives no sign. Or it works on others first.
            if job.notice and not job.in_company:
                self._worker.kill()
            self._end(job, job.cancelled)
        else:
            job.cancel_asked = Patience(self._clock)
            self._worker.cancel(job.id)

    def _end(self, job: Job, how: Callable[[], None]) -> None:
        self._group.leave(job)
        how()
        if job.id not in self._jobs:
            self._remove_files(job)

    def _remove_files(self, job: Job) -> None:
        if job.folder is not None and job.state is not JobState.RUNNING:
            self._storage.remove_job_folder(job.folder)
            job.folder = None
