# SPDX-License-Identifier: GPL-3.0-or-later
"""One bar for all steps."""

from __future__ import annotations

import pytest

from triposr_addon import protocol
from triposr_addon.host.progress import ALL_STEPS, START_WORKER, STEP_WEIGHTS, JobProgress


def test_every_step_has_a_weight() -> None:
    assert (START_WORKER, *protocol.STEPS) == ALL_STEPS
    assert tuple(STEP_WEIGHTS) == (*ALL_STEPS, *protocol.LATER_STEPS)
    assert all(weight > 0 for weight in STEP_WEIGHTS.values())


def test_the_bar_goes_from_nothing_to_all() -> None:
    progress, seen = JobProgress(), [0.0]
    for step in ALL_STEPS:
        for fraction in (0.0, 0.5, 1.0):
            progress = progress.reached(step, fraction)
            seen.append(progress.fraction)
    assert seen == sorted(seen)
    assert seen[1] == 0.0
    assert seen[-1] == pytest.approx(1.0)
    assert progress.finished().fraction == 1.0


def test_a_step_told_again_shows_its_own_fraction_and_leaves_the_bar() -> None:
    far = JobProgress().reached("extract", 0.5)
    back = far.reached("load photo", 0.25, "once more")
    assert (back.step, back.step_fraction, back.detail) == ("load photo", 0.25, "once more")
    assert back.fraction == far.fraction


@pytest.mark.parametrize(("told", "shown"), [(-1.0, 0.0), (1.5, 1.0), (0.3, 0.3)])
def test_fractions_outside_are_brought_in(told: float, shown: float) -> None:
    assert JobProgress().reached("extract", told).step_fraction == shown
