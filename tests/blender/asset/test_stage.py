# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages are strung together, cancelled and run to their end; what waits for the worker has a limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def stage(room: Callable[[str], Any]) -> Any:
    return room("blender.asset.stage")


def counting(stage: Any, left: list[str]) -> Generator[Any, None, str]:
    try:
        for number in range(3):
            yield stage.Progress("count", number / 2)
        return "counted"
    finally:
        left.append("cleaned up")


def test_a_part_of_a_longer_stage_shows_its_share_and_gives_its_result(stage: Any) -> None:
    def longer() -> Generator[Any, None, tuple[str, str]]:
        first = yield from stage.within(counting(stage, []), 0.0, 0.5)
        second = yield from stage.within(counting(stage, []), 0.5, 1.0)
        return first, second

    assert [progress.fraction for progress in longer()] == [0.0, 0.25, 0.5, 0.5, 0.75, 1.0]
    assert stage.run(longer()) == ("counted", "counted")


def test_who_closes_the_longer_one_closes_its_part(stage: Any) -> None:
    left: list[str] = []
    part = stage.within(counting(stage, left), 0.0, 1.0)
    next(part)
    part.close()
    assert left == ["cleaned up"]


def test_settings_come_from_the_group_of_the_same_names(stage: Any) -> None:
    @dataclasses.dataclass(frozen=True)
    class Size:
        width: float
        count: int

    made = stage.settings_from(SimpleNamespace(width=2.5, count=3, other="left alone"), Size)
    assert made == Size(2.5, 3)


def test_waiting_for_an_answer_has_a_limit(stage: Any, room: Callable[[str], Any], session: Any) -> None:
    waiting = stage.answers(session, ["nobody knows it"], "colour", limit_seconds=-1.0)
    with pytest.raises(room("host.failures").JobTookTooLong):
        next(waiting)
