# SPDX-License-Identifier: GPL-3.0-or-later
"""What every job goes through, whatever it is about."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass
from pathlib import Path

from .failures import HostFailure
from .progress import JobProgress


class JobState(enum.Enum):
    """Where a job is in its life: waiting, running, then one of the three ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class LifeView:
    """A picture of any job at one moment, for panels and progress bars.

    step: empty while it waits, then one of progress.ALL_STEPS or REVIEW. fraction: 0..1 of the whole, never going back.
    seconds: since it left the queue; stands still once it is over. notice: a sentence where the worker gives no sign.
    """

    id: str
    state: JobState
    step: str
    step_fraction: float
    fraction: float
    detail: str
    seconds: float
    failure: HostFailure | None
    notice: str


class JobLife:
    """From waiting to one of the three ends. Only the queue that the job stands in changes it."""

    def __init__(self, job_id: str, progress: JobProgress) -> None:
        self.id = job_id
        self.state = JobState.WAITING
        self.progress = progress
        self.folder: Path | None = None
        self.failure: HostFailure | None = None
        self.notice = ""
        self._begun_at: float | None = None
        self._ended_at: float | None = None

    def begin(self, folder: Path) -> None:
        """Leave the queue; `folder` takes the job's files."""
        self.folder = folder
        self.state = JobState.RUNNING
        self._begun_at = time.monotonic()

    def told(self, step: str, fraction: float, detail: str) -> None:
        """The worker is so far. A step that is none of this job's is nothing to it."""
        if step in self.progress.steps:
            self.progress = self.progress.reached(step, fraction, detail)

    def done(self) -> None:
        """Over, with a result."""
        self.progress = self.progress.finished()
        self._end(JobState.DONE)

    def fail(self, failure: HostFailure) -> None:
        """Over, without a result."""
        self.failure = failure
        self._end(JobState.FAILED)

    def cancelled(self) -> None:
        """Over, because the artist wanted it."""
        self._end(JobState.CANCELLED)

    @property
    def seconds(self) -> float:
        """Since it left the queue; stands still once it is over."""
        if self._begun_at is None:
            return 0.0
        return (self._ended_at or time.monotonic()) - self._begun_at

    def life(self) -> LifeView:
        """The job as it is now, without what was asked and what came of it."""
        progress = self.progress
        return LifeView(
            id=self.id,
            state=self.state,
            step=progress.step,
            step_fraction=progress.step_fraction,
            fraction=progress.fraction,
            detail=progress.detail,
            seconds=self.seconds,
            failure=self.failure,
            notice=self.notice,
        )

    def file(self, name: str) -> Path:
        """A path in the job's folder."""
        assert self.folder is not None, "files are named only for a job that has begun"
        return self.folder / name

    def _end(self, state: JobState) -> None:
        self.state = state
        self.notice = ""
        self._ended_at = time.monotonic()
