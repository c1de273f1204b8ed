# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run does where memory is too small for all lanes at once. The lanes here are not real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.batch.item import Item  # noqa: E402 - after the check that torch is there
from triposr_addon.batch.lane_engine import LaneEngine  # noqa: E402
from triposr_addon.batch.lane_process import Answer, Errand  # noqa: E402
from triposr_addon.batch.lanes import LanePool  # noqa: E402
from triposr_addon.batch.overseer import Overseer  # noqa: E402
from triposr_addon.batch.plan import BatchPlan  # noqa: E402
from triposr_addon.catalogue_file import FAILED, MADE, Record  # noqa: E402
from triposr_addon.worker.failures import OutOfMemory  # noqa: E402

pytestmark = pytest.mark.torch

TOO_SMALL = OutOfMemory("The computer's memory is too small for this.")


@dataclass
class TightPool:
    """In place of a pool of processes: `answer` is told an item's id and how many errands are out."""

    answer: Callable[[str, int], Answer]
    errands: list[Errand] = field(default_factory=list)

    @property
    def busy(self) -> int:
        return len(self.errands)

    def idle(self) -> list[Any]:
        return [self]

    def give(self, errand: Errand) -> None:
        self.errands.append(errand)

    def answers(self, _seconds: float) -> Iterator[tuple[Errand, Answer]]:
        out = len(self.errands)
        errand = self.errands.pop(0)
        yield errand, self.answer(errand.items[0].id, out)

    def end(self) -> None:
        pass


def made_by(answer: Callable[[str, int], Answer], target: Path) -> dict[str, str]:
    """The codes of the records of six items in three lanes, by their ids."""
    told: list[Record] = []
    plan, pool = BatchPlan(target, target, "model", "0" * 64), TightPool(answer)
    engine = LaneEngine(plan, Overseer(told.append), 3, pool=lambda _plan, _count: cast("LanePool", pool))
    engine.make([Item(str(number), f"/nowhere/{number}.png", f"{number}.png") for number in range(6)])
    assert len({record.id for record in told}) == len(told)
    return {record.id: record.code for record in told}


def made(item_id: str) -> Answer:
    return Answer((Record(item_id, item_id, MADE),))


def test_a_lane_that_finds_no_memory_to_begin_with_is_left_out(tmp_path: Path) -> None:
    codes = made_by(lambda item_id, out: made(item_id) if out < 3 else Answer(failure=TOO_SMALL), tmp_path)
    assert codes == dict.fromkeys("012345", "")


def test_where_not_even_one_lane_can_begin_the_run_ends(tmp_path: Path) -> None:
    with pytest.raises(OutOfMemory):
        made_by(lambda _id, _out: Answer(failure=TOO_SMALL), tmp_path)


def test_a_picture_that_is_too_much_beside_others_is_tried_again_alone(tmp_path: Path) -> None:
    tries: list[tuple[str, int]] = []

    def answer(item_id: str, out: int) -> Answer:
        tries.append((item_id, out))
        if item_id == "4" or (item_id == "1" and out > 1):
            return Answer((Record(item_id, item_id, FAILED, OutOfMemory.code, TOO_SMALL.sentence),))
        return made(item_id)

    assert made_by(answer, tmp_path) == {**dict.fromkeys("01235", ""), "4": OutOfMemory.code}
    assert tries[-2:] == [("1", 1), ("4", 1)]
