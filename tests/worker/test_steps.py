# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps tell where they are, how long they took, and stop when they are told to."""

from __future__ import annotations

import pytest

from triposr_addon.worker import failures
from triposr_addon.worker.steps import Steps


def test_a_step_tells_its_start_its_way_and_its_end() -> None:
    told: list[tuple[str, float, str]] = []
    steps = Steps(lambda *what: told.append(what), lambda: False)
    with steps.step("extract", "256") as advance:
        advance(0.5)
        advance(1.7)
    assert told == [("extract", 0.0, "256"), ("extract", 0.5, "256"), ("extract", 1.0, "256"), ("extract", 1.0, "")]
    assert list(steps.seconds) == ["extract"]


def test_a_cancelled_job_stops_at_the_next_call() -> None:
    cancelled = False
    steps = Steps(lambda *_what: None, lambda: cancelled)
    with pytest.raises(failures.Cancelled), steps.step("extract") as advance:  # noqa: PT012 - cancelled half way
        advance(0.1)
        cancelled = True
        advance(0.2)
    with pytest.raises(failures.Cancelled), steps.step("colour"):
        pass
    assert steps.seconds == {}


def test_only_the_steps_of_the_protocol_have_names() -> None:
    with pytest.raises(ValueError, match="not a step"), Steps(lambda *_what: None, lambda: False).step("ponder"):
        pass
