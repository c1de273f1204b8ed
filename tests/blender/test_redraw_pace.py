# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole views are drawn for the ghosts only as often as that costs little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(room: Callable[[str], Any], clock: Clock) -> Any:
    return room("blender.redraw_pace").RedrawPace(clock)


@pytest.mark.parametrize("takes", [0.01, 0.2])
def test_drawing_takes_a_twentieth_of_the_time(pace: Any, clock: Clock, takes: float) -> None:
    drawn = 0
    while clock.now < 200.0:
        pace.beat()
        if pace.allows():
            pace.asked()
            drawn += 1
            clock.now += takes
        else:
            clock.now += 0.001
    assert drawn * takes == pytest.approx(5.0, rel=0.05)


def test_it_is_not_asked_for_twice_before_it_is_done(pace: Any, clock: Clock) -> None:
    assert pace.allows()
    pace.asked()
    clock.now += 5.0
    assert not pace.allows()
