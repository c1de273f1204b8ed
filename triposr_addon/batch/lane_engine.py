# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a library on this machine's processor: each lane takes a group through all stages, and then the next one.

Nothing piles up between stages, so memory does not grow with the library. A lane that is killed is replaced and its
group tried again, one picture at a time. What finds too little memory beside the other lanes, or ends a lane twice, is
tried again in the end, alone; the picture that ends its lane then, too, has failed. Where lane after lane ends and
nothing gets made, the run does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from triposr_addon.batch.failures import LanesDie
from triposr_addon.batch.item import Item
from triposr_addon.batch.item_records import keep_died
from triposr_addon.batch.lane_process import Answer, Errand
from triposr_addon.batch.lanes import LanePool
from triposr_addon.batch.local_engine import groups
from triposr_addon.batch.overseer import Overseer
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.failures import OutOfMemory, WorkerFailure

TICK_SECONDS = 0.2
MOST_DEATHS = 20
"""In a row, with nothing made between: then it is the machine, and not one picture after the other."""

Pool = Callable[[BatchPlan, int], LanePool]


class LaneEngine:
    """One library in so many lanes."""

    def __init__(
        self, plan: BatchPlan, overseer: Overseer, lanes: int, at_once: int = 1, pool: Pool = LanePool
    ) -> None:
        self._pool = pool
        self._deaths = 0
        self._plan = plan
        self._overseer = overseer
        self._lanes = lanes
        self._at_once = at_once
        self._again: deque[tuple[Item, ...]] = deque()
        self._alone: list[tuple[Item, ...]] = []
        self._killers: set[str] = set()
        self._failure: WorkerFailure | None = None

    def make(self, items: Iterable[Item]) -> None:
        """Make them all.

        Raises TargetFailure; ModelFailure, DeviceUnavailable, OutOfMemory where no lane can begin; LanesDie.
        """
        pool = self._pool(self._plan, self._lanes)
        try:
            self._run(pool, groups(items, self._at_once))
            self._lanes, alone, self._alone = 1, self._alone, []
            self._run(pool, iter(alone))
        finally:
            pool.end()
        if self._failure:
            raise self._failure

    def _run(self, pool: LanePool, waiting: Iterator[Sequence[Item]]) -> None:
        """Until all are made or there is a reason to stop."""
        while True:
            while pool.busy < self._lanes and (group := self._next(waiting)):
                pool.idle()[0].give(Errand("make", tuple(group)))
            if not pool.busy:
                return
            for errand, answer in pool.answers(TICK_SECONDS):
                self._take(errand, answer)
            self._overseer.tick()

    def _next(self, waiting: Iterator[Sequence[Item]]) -> Sequence[Item] | None:
        if self._failure or self._overseer.stop():
            return None
        return self._again.popleft() if self._again else next(waiting, None)

    def _take(self, errand: Errand, answer: Answer) -> None:
        for span in answer.spans:
            self._overseer.span(span)
        if answer.died:
            self._survive(errand.items, answer.died)
        elif isinstance(answer.failure, OutOfMemory) and self._lanes > 1:  # too many to begin with
            self._lanes -= 1
            self._again.append(errand.items)
        elif answer.failure:
            self._failure = self._failure or answer.failure
        for item, record in zip(errand.items, answer.made, strict=False):
            self._deaths = 0
            assert isinstance(record, Record), "lanes make records"
            if self._lanes > 1 and record.code == OutOfMemory.code:
                self._alone.append((item,))
            else:
                self._overseer.told(record)

    def _survive(self, items: tuple[Item, ...], died: str) -> None:
        """A lane is gone, perhaps by one of these."""
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            self._failure = self._failure or lanes_die(self._deaths, died)
            return
        for item in items:
            if item.id not in self._killers:
                self._again.append((item,))
            elif self._lanes > 1:  # perhaps for want of memory beside the others
                self._alone.append((item,))
            else:
                self._overseer.told(died_record(self._plan, item, died))
        if len(items) == 1:
            self._killers.add(items[0].id)


def lanes_die(deaths: int, died: str) -> LanesDie:
    """So many lanes in a row have ended, the last one in this way."""
    return LanesDie(
        f"{deaths} processes in a row ended before they had made anything, the last one {died}. See "
        "whether the computer has memory enough, and give the same command again, with fewer lanes."
    )


def died_record(plan: BatchPlan, item: Item, died: str) -> Record:
    """Keep the record of a picture at which lanes ended. Raises TargetFailure."""
    sentence = (
        f"The processes that worked on it ended {died}, again and again. Give the same command again, with fewer lanes."
    )
    return keep_died(plan, item, sentence)
