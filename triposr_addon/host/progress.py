# SPDX-License-Identifier: GPL-3.0-or-later
"""From the worker's steps to one bar that never goes back."""

from __future__ import annotations

from dataclasses import dataclass

from .. import protocol

START_WORKER = "start worker"
"""The step before protocol.STEPS: a new process reads its packages."""

STEP_WEIGHTS = {
    START_WORKER: 15.0,
    "load model": 10.0,
    "load photo": 2.0,
    "cut out": 8.0,
    "frame": 1.0,
    "reconstruct": 34.0,
    "extract": 20.0,
    "colour": 8.0,
    "orient": 2.0,
    "review": 6.0,
    "draw sheet": 6.0,
    "bake texture": 30.0,
    "bake normals": 30.0,
    "render views": 20.0,
}
"""Shares of a first photo's time, roughly: they keep the bar moving evenly, nothing hangs on them."""

REVIEW = "review"
"""The step after them, where a mesh is held against its cut-out."""

ALL_STEPS = (START_WORKER, *protocol.STEPS)


@dataclass(frozen=True)
class JobProgress:
    """How far a job is: `step` is empty before the first; fractions are 0..1; `detail` is for the artist.

    steps: those that the job takes, in order.
    """

    step: str = ""
    step_fraction: float = 0.0
    fraction: float = 0.0
    detail: str = ""
    steps: tuple[str, ...] = ALL_STEPS

    def reached(self, step: str, step_fraction: float, detail: str = "") -> JobProgress:
        """The progress after the worker told of `step`, one of `steps`. The whole bar never goes back."""
        within = min(max(step_fraction, 0.0), 1.0)
        before = sum(STEP_WEIGHTS[earlier] for earlier in self.steps[: self.steps.index(step)])
        whole = (before + STEP_WEIGHTS[step] * within) / sum(STEP_WEIGHTS[every] for every in self.steps)
        return JobProgress(step, within, max(self.fraction, whole), detail, self.steps)

    def finished(self) -> JobProgress:
        """All done."""
        return JobProgress(self.steps[-1], 1.0, 1.0, steps=self.steps)
