# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run on a card does where memory is too small for the lanes beside it. Neither card nor lanes are real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.batch.card_engine import CardEngine  # noqa: E402 - after the check that torch is there
from triposr_addon.batch.card_works import CardWorks  # noqa: E402
from triposr_addon.batch.item import Item  # noqa: E402
from triposr_addon.batch.item_records import LANE_DIED  # noqa: E402
from triposr_addon.batch.lane_process import Answer, Errand  # noqa: E402
from triposr_addon.batch.lanes import LanePool  # noqa: E402
from triposr_addon.batch.overseer import Overseer  # noqa: E402
from triposr_addon.batch.plan import BatchPlan  # noqa: E402
from triposr_addon.batch.prepared import Meshed, Prepared  # noqa: E402
from triposr_addon.catalogue_file import FAILED, MADE, Record  # noqa: E402
from triposr_addon.worker.failures import OutOfMemory  # noqa: E402

pytestmark = pytest.mark.torch

DIED = Answer(died="by SIGKILL")
Fate = Callable[[str, str, int], Answer | None]
"""Of an errand of that kind, for the item of that id, in a pool of so many lanes; None for success."""


@dataclass(frozen=True)
class Stage:
    """Stands for a prepared picture, and for a mesh."""

    item: Item


class InventedWorks:
    """A card that makes a mesh at once of whatever is given."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.awake: Any = None
        self._made: list[Meshed | Record] = []

    def give(self, group: Sequence[Prepared | Record]) -> None:
        self.groups.append([one.id if isinstance(one, Record) else one.item.id for one in group])
        self._made += [one if isinstance(one, Record) else cast("Meshed", Stage(one.item)) for one in group]

    def taken(self) -> Iterator[Meshed | Record]:
        made, self._made = self._made, []
        yield from made

    def end(self) -> None:
        pass


@dataclass
class InventedLane:
    errand: Errand | None = None

    def give(self, errand: Errand) -> None:
        self.errand = errand


@dataclass
class InventedPool:
    """So many lanes; they answer one after the other."""

    fate: Fate
    lanes: list[InventedLane]
    tries: list[tuple[str, str]] = field(default_factory=list)

    def idle(self) -> list[InventedLane]:
        return [lane for lane in self.lanes if lane.errand is None]

    @property
    def busy(self) -> int:
        return len(self.lanes) - len(self.idle())

    def answers(self, _seconds: float, _also: Sequence[object]) -> Iterator[tuple[Errand, Answer]]:
        for lane in [lane for lane in self.lanes if lane.errand is not None][:1]:
            errand = lane.errand
            assert errand is not None
            lane.errand = None
            (item,) = errand.items
            self.tries.append((errand.kind, item.id))
            success = Record(item.id, item.told, MADE) if errand.kind == "finish" else cast("Prepared", Stage(item))
            yield errand, self.fate(errand.kind, item.id, len(self.lanes)) or Answer((success,))

    def end(self) -> None:
        assert self.busy == 0


@dataclass
class Run:
    """Six items, two in the network at once, by so many lanes: the codes of records, groups, sizes of pools, tries."""

    fate: Fate
    target: Path
    lanes: int = 3
    groups: list[list[str]] = field(default_factory=list)
    pools: list[InventedPool] = field(default_factory=list)

    def codes(self) -> dict[str, str]:
        told: list[Record] = []
        plan, works = BatchPlan(self.target, self.target, "model", "0" * 64), InventedWorks()
        engine = CardEngine(
            plan, Overseer(told.append), self.lanes, 2, lambda _plan, _hear: cast("CardWorks", works), self._pool
        )
        engine.make([Item(str(number), f"/nowhere/{number}.png", f"{number}.png") for number in range(6)])
        self.groups = works.groups
        assert len({record.id for record in told}) == len(told)
        return {record.id: record.code for record in told}

    def _pool(self, _plan: BatchPlan, count: int) -> LanePool:
        self.pools.append(InventedPool(self.fate, [InventedLane() for _ in range(count)]))
        return cast("LanePool", self.pools[-1])


def too_much(item_id: str) -> Answer:
    return Answer((Record(item_id, item_id, FAILED, OutOfMemory.code, "The computer's memory is too small."),))


@pytest.mark.parametrize("kind", ["prepare", "finish"])
@pytest.mark.parametrize("answer", [too_much, lambda _id: DIED])
def test_a_picture_that_is_too_much_beside_others_is_tried_again_alone(
    kind: str, answer: Callable[[str], Answer], tmp_path: Path
) -> None:
    def fate(done: str, item_id: str, lanes: int) -> Answer | None:
        return answer(item_id) if (done, item_id) == (kind, "2") and lanes > 1 else None

    run = Run(fate, tmp_path)
    assert run.codes() == dict.fromkeys("012345", "")
    assert [len(pool.lanes) for pool in run.pools] == [3, 1]
    assert run.pools[1].tries == [("prepare", "2"), ("finish", "2")]
    assert run.groups[-1] == ["2"]


def test_the_others_of_its_group_go_on_without_it(tmp_path: Path) -> None:
    def fate(kind: str, item_id: str, lanes: int) -> Answer | None:
        return too_much(item_id) if (kind, item_id) == ("prepare", "2") and lanes > 1 else None

    run = Run(fate, tmp_path)
    assert run.codes() == dict.fromkeys("012345", "")
    assert sorted(run.groups) == [["0", "1"], ["2"], ["3"], ["4", "5"]]
    assert run.groups[-1] == ["2"]


@pytest.mark.parametrize(("answer", "code"), [(too_much, OutOfMemory.code), (lambda _id: DIED, LANE_DIED)])
@pytest.mark.parametrize("lanes", [1, 3])
def test_what_is_too_much_alone_has_failed(
    lanes: int, answer: Callable[[str], Answer], code: str, tmp_path: Path
) -> None:
    def fate(kind: str, item_id: str, _lanes: int) -> Answer | None:
        return answer(item_id) if (kind, item_id) == ("prepare", "3") else None

    run = Run(fate, tmp_path, lanes)
    assert run.codes() == {**dict.fromkeys("01245", ""), "3": code}
    assert [len(pool.lanes) for pool in run.pools] == ([3, 1] if lanes == 3 else [1])
