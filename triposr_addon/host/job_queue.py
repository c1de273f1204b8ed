# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs in the order in which they are listed and done. Only waiting ones change places."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from .jobs import Job, JobState


class JobQueue:
    """A list of jobs by id. Those that are over stay in it until they are removed."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs))

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, job_id: str) -> bool:
        return any(job.id == job_id for job in self._jobs)

    def __getitem__(self, job_id: str) -> Job:
        return self._jobs[self._place(job_id)]

    def add(self, job: Job) -> None:
        """Put it at the end."""
        self._jobs.append(job)

    def remove(self, job_id: str) -> Job:
        """Take it out. Raises KeyError."""
        return self._jobs.pop(self._place(job_id))

    def replace(self, job_id: str, job: Job) -> None:
        """Put `job` where the other one is, which goes. Raises KeyError."""
        self._jobs[self._place(job_id)] = job

    def next_or_none(self) -> Job | None:
        """The first that waits."""
        return next((job for job in self._jobs if job.state is JobState.WAITING), None)

    def next_together(self, most: int) -> list[Job]:
        """The first that waits and those right behind it that can pass through the network with it, `most` in all."""
        waiting = [job for job in self._jobs if job.state is JobState.WAITING]
        return [
            *itertools.takewhile(lambda job: job is waiting[0] or job.goes_with(waiting[0]), waiting[: max(most, 1)])
        ]

    def can_move(self, job_id: str, by: int) -> bool:
        """Whether move() would do something. Raises KeyError."""
        return self._neighbour_or_none(job_id, by) is not None

    def move(self, job_id: str, by: int) -> None:
        """Change places with the next waiting job, up (by < 0) or down (by > 0).

        No effect on one that does not wait, nor beyond the ends. Raises KeyError.
        """
        here, there = self._place(job_id), self._neighbour_or_none(job_id, by)
        if there is not None:
            self._jobs[here], self._jobs[there] = self._jobs[there], self._jobs[here]

    def _neighbour_or_none(self, job_id: str, by: int) -> int | None:
        here = self._place(job_id)
        if self._jobs[here].state is not JobState.WAITING:
            return None
        beyond = range(here - 1, -1, -1) if by < 0 else range(here + 1, len(self._jobs))
        return next((place for place in beyond if self._jobs[place].state is JobState.WAITING), None)

    def _place(self, job_id: str) -> int:
        for place, job in enumerate(self._jobs):
            if job.id == job_id:
                return place
        raise KeyError(job_id)
