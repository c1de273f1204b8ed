# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that have left the queue and are not over: one, or several whose photos pass the network together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..protocol import Reconstruct
from .jobs import Job

OF_ONE_PHOTO = ("load photo", "cut out", "frame")
"""Steps that a group takes photo by photo: who breaks the worker there is known."""


class Group:
    """In the queue's order. The first is looked at before the others: it gets its mesh first."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._told_last = ""

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs))

    def __contains__(self, job: Job) -> bool:
        return job in self._jobs

    @property
    def first(self) -> Job | None:
        """The one that comes next; None: nothing runs."""
        return self._jobs[0] if self._jobs else None

    def set_out(self, jobs: Sequence[Job]) -> None:
        """These have left the queue."""
        self._jobs, self._told_last = list(jobs), ""
        for job in jobs:
            job.in_company = len(jobs) > 1

    def leave(self, job: Job) -> None:
        """It is over, or waits again."""
        if job in self._jobs:
            self._jobs.remove(job)

    @property
    def heard(self) -> bool:
        """Whether the worker has come to any of those that set out."""
        return bool(self._told_last)

    def told(self, job: Job) -> None:
        """The worker spoke of this one last."""
        self._told_last = job.id

    def requests(self) -> list[tuple[Job, Reconstruct]]:
        """What to ask for those that have no field yet: together, the first of them saying how many follow."""
        without = [job for job in self._jobs if job.reconstructed is None]
        behind = range(len(without) - 1, -1, -1)
        return [(job, replace(job.reconstruct(), followers=left)) for job, left in zip(without, behind, strict=True)]

    def culprit(self) -> Job | None:
        """Over whom the worker broke; None where that may be any of those that were under way together."""
        owed = [job for job in self._jobs if job.owed]
        last = next((job for job in owed if job.id == self._told_last), None)
        if last is not None and last.progress.step in OF_ONE_PHOTO:
            return last
        return owed[0] if len(owed) == 1 else None
