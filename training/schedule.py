# SPDX-License-Identifier: GPL-3.0-or-later
"""The training schedule: stages of growing planes, read from schedule.json so that it can be seen at a glance."""

import json
from dataclasses import dataclass
from pathlib import Path

from training.batches import Mix

SCHEDULE = Path(__file__).with_name("schedule.json")


@dataclass(frozen=True)
class Stage:
    """`steps` of `batch` samples a process at one size of planes and pictures. The rates fall linearly to a twentieth
    from `decay_from` (share of the stage, 1: never) on; `softness` is the width of the target's edge, field units."""

    plane: int
    image: int
    batch: int
    steps: int
    muon: float
    adam: float
    softness: float
    decay_from: float
    mix: Mix

    def rate_share(self, step: int) -> float:
        """Factor on both rates at a step of this stage: warm-up over 60 steps, then level, then the decay."""
        warm = min(1.0, (step + 1) / 60)
        done = step / self.steps
        if done <= self.decay_from:
            return warm
        return warm * (1 - 0.95 * (done - self.decay_from) / (1 - self.decay_from))


def read_schedule(path: Path = SCHEDULE) -> list[Stage]:
    """The stages of a schedule file, in order."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [Stage(**{**entry, "mix": Mix(**entry["mix"])}) for entry in entries]
