# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run does where lanes end: go on without the picture, or end itself. The lanes here are not real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.batch.failures import LanesDie  # noqa: E402 - after the check that torch is there
from triposr_addon.batch.item import Item  # noqa: E402
from triposr_addon.batch.lane_engine import MOST_DEATHS, LaneEngine  # noqa: E402
from triposr_addon.batch.lane_process import Answer, Errand  # noqa: E402
from triposr_addon.batch.lanes import LanePool  # noqa: E402
from triposr_addon.batch.overseer import Overseer  # noqa: E402
from triposr_addon.batch.plan import BatchPlan  # noqa: E402
from triposr_addon.catalogue_file import MADE, Record  # noqa: E402

pytestmark = pytest.mark.torch


@dataclass
class OneLane:
    """Answers at once, in place of a pool of processes; it ends at the items of which `dies` says so."""

    dies: Callable[[str], bool]
    errand: Errand | None = None
    seen: list[str] = field(default_factory=list)

    @property
    def busy(self) -> int:
        return int(self.errand is not None)

    def idle(self) -> list[Any]:
        return [self]

    def give(self, errand: Errand) -> None:
        self.errand = errand
        self.seen += [item.id for item in errand.items]

    def answers(self, _seconds: float) -> Iterator[tuple[Errand, Answer]]:
        errand, self.errand = self.errand, None
        assert errand is not None
        if any(self.dies(item.id) for item in errand.items):
            yield errand, Answer(died="by SIGKILL")
        else:
            yield errand, Answer(tuple(Record(item.id, item.told, MADE) for item in errand.items))

    def end(self) -> None:
        pass


def made_by(lane: OneLane, target: Path, count: int, at_once: int = 1) -> dict[str, str]:
    """The codes of the records of so many items, by their ids."""
    told: list[Record] = []
    items: Sequence[Item] = [Item(str(number), f"/nowhere/{number}.png", f"{number}.png") for number in range(count)]
    plan = BatchPlan(target, target, "model", "0" * 64)
    engine = LaneEngine(plan, Overseer(told.append), 1, at_once, lambda _plan, _count: cast("LanePool", lane))
    try:
        engine.make(items)
    finally:
        assert len({record.id for record in told}) == len(told)
    return {record.id: record.code for record in told}


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_picture_at_which_lanes_end_costs_no_other(at_once: int, tmp_path: Path) -> None:
    lane = OneLane(lambda item_id: item_id == "5")
    assert made_by(lane, tmp_path, 10, at_once) == {str(n): "LANE_DIED" if n == 5 else "" for n in range(10)}


def test_where_every_lane_ends_the_run_does(tmp_path: Path) -> None:
    lane = OneLane(lambda _id: True)
    with pytest.raises(LanesDie, match=r"20 processes in a row ended before they had made anything, .* by SIGKILL"):
        made_by(lane, tmp_path, 1000)
    assert len(lane.seen) == MOST_DEATHS


def test_many_such_pictures_among_others_end_no_run(tmp_path: Path) -> None:
    codes = made_by(OneLane(lambda item_id: int(item_id) % 3 == 0), tmp_path, 60)
    assert sum(code == "LANE_DIED" for code in codes.values()) == 20
    assert len(codes) == 60
