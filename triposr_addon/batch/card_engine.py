# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a library on a graphics card: lanes of the processor prepare pictures ahead of it and finish meshes behind it.

At most so many pictures are in hand at a time, however large the library is: twice what the network takes at once, and
two for each lane. Finishing goes before preparing, so nothing piles up behind the card. What finds too little memory
beside the other lanes, or ends a lane twice, is tried again in the end, with one lane alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from triposr_addon.batch.card_works import CardWorks
from triposr_addon.batch.item import Item
from triposr_addon.batch.lane_engine import MOST_DEATHS, TICK_SECONDS, Pool, died_record, lanes_die
from triposr_addon.batch.lane_process import Answer, Errand
from triposr_addon.batch.lanes import LanePool
from triposr_addon.batch.local_engine import groups
from triposr_addon.batch.overseer import Overseer
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.prepared import Meshed, Prepared
from triposr_addon.batch.spans import Hear
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.failures import OutOfMemory, WorkerFailure

Works = Callable[[BatchPlan, Hear], CardWorks]


@dataclass
class _Group:
    """Pictures that go through the network together, as far as they are prepared; None for one that is put off."""

    items: tuple[Item, ...]
    ready: dict[str, Prepared | Record | None] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return len(self.ready) == len(self.items)


class CardEngine:
    """One library on one card, with so many lanes of the processor beside it."""

    def __init__(
        self,
        plan: BatchPlan,
        overseer: Overseer,
        lanes: int,
        at_once: int,
        works: Works = CardWorks,
        pool: Pool = LanePool,
    ) -> None:
        self._works = works
        self._pool = pool
        self._plan = plan
        self._overseer = overseer
        self._lanes = lanes
        self._at_once = at_once
        self._most = 2 * at_once + 2 * lanes
        self._in_hand: dict[str, _Group] = {}
        self._prepare: deque[Errand] = deque()
        self._finish: deque[Errand] = deque()
        self._alone: list[tuple[Item, ...]] = []
        self._died: set[tuple[str, str]] = set()
        self._deaths = 0
        self._failure: WorkerFailure | None = None

    def make(self, items: Iterable[Item]) -> None:
        """Make them all.

        Raises TargetFailure; ModelFailure, OutOfMemory before anything is made; DeviceUnavailable; LanesDie.
        """
        works = self._works(self._plan, self._overseer.span)
        try:
            self._run_in_lanes(works, groups(items, self._at_once))
            self._lanes, alone, self._alone = 1, self._alone, []
            if alone and not self._failure and not self._overseer.stop():
                self._run_in_lanes(works, iter(alone))
        finally:
            works.end()
        if self._failure:
            raise self._failure

    def _run_in_lanes(self, works: CardWorks, waiting: Iterator[tuple[Item, ...]]) -> None:
        """With a pool of their own: lanes of before, idle, would still hold what they had opened."""
        pool = self._pool(self._plan, self._lanes)
        try:
            self._run(works, pool, waiting)
        finally:
            pool.end()

    def _run(self, works: CardWorks, pool: LanePool, waiting: Iterator[tuple[Item, ...]]) -> None:
        while True:
            self._begin(waiting)
            for lane in pool.idle():
                if errand := self._next():
                    lane.give(errand)
            if not self._in_hand or (self._failure and not pool.busy):
                return
            for errand, answer in pool.answers(TICK_SECONDS, [works.awake]):
                self._take(works, errand, answer)
            self._take_meshes(works)
            self._overseer.tick()

    def _begin(self, waiting: Iterator[tuple[Item, ...]]) -> None:
        """Take groups in hand, as long as there is room for one, and somebody to prepare it."""
        while len(self._in_hand) + self._at_once <= self._most:
            group = () if self._failure or self._overseer.stop() else next(waiting, ())
            if not group:
                return
            shared = _Group(group)
            self._in_hand |= {item.id: shared for item in group}
            self._prepare.extend(Errand("prepare", (item,)) for item in group)

    def _next(self) -> Errand | None:
        if self._failure:
            return None
        return self._finish.popleft() if self._finish else self._prepare.popleft() if self._prepare else None

    def _take(self, works: CardWorks, errand: Errand, answer: Answer) -> None:
        for span in answer.spans:
            self._overseer.span(span)
        if answer.died:
            self._survive(works, errand, answer.died)
        elif answer.failure:
            self._failure = self._failure or answer.failure
        for made in answer.made:
            self._deaths = 0
            self._place(works, errand, made)

    def _take_meshes(self, works: CardWorks) -> None:
        """What is made by now. Where the card is at its end the lanes still finish what they have begun."""
        try:
            for made in works.taken():
                self._move_on(made)
        except WorkerFailure as failure:
            self._failure = self._failure or failure

    def _place(self, works: CardWorks, errand: Errand, made: Prepared | Record) -> None:
        """Where to with what a lane made: into its group, or out; or to the end, where memory was too small for it."""
        if self._lanes > 1 and isinstance(made, Record) and made.code == OutOfMemory.code:
            self._put_off(works, errand)
        elif errand.kind == "finish":
            assert isinstance(made, Record), "finishing makes records"
            self._tell(made)
        else:
            self._join(works, errand.items[0], made)

    def _join(self, works: CardWorks, item: Item, made: Prepared | Record | None) -> None:
        """Into its group, which goes to the card with the last one."""
        group = self._in_hand[item.id]
        group.ready[item.id] = made
        if group.is_ready:
            works.give([one for member in group.items if (one := group.ready[member.id]) is not None])

    def _put_off(self, works: CardWorks, errand: Errand) -> None:
        """To the end; the others of its group go on without it."""
        (item,) = errand.items
        if errand.kind == "prepare":
            self._join(works, item, None)
        del self._in_hand[item.id]
        self._alone.append((item,))

    def _move_on(self, made: Meshed | Record) -> None:
        """What comes from the card."""
        if isinstance(made, Record):
            self._tell(made)
        else:
            self._finish.append(Errand("finish", (made.item,), made))

    def _tell(self, record: Record) -> None:
        del self._in_hand[record.id]
        self._overseer.told(record)

    def _survive(self, works: CardWorks, errand: Errand, died: str) -> None:
        """A lane is gone, perhaps by this picture."""
        (item,), mark = errand.items, (errand.kind, errand.items[0].id)
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            self._failure = self._failure or lanes_die(self._deaths, died)
            return
        if mark in self._died and self._lanes > 1:  # perhaps for want of memory beside the others
            self._put_off(works, errand)
            return
        if mark in self._died:
            self._place(works, errand, died_record(self._plan, item, died))
            return
        self._died.add(mark)
        (self._finish if errand.kind == "finish" else self._prepare).append(errand)
