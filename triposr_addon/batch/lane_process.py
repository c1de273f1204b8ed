# SPDX-License-Identifier: GPL-3.0-or-later
"""A lane: a process that does stages for the one that started it, one errand after the other.

Lanes are processes because Python's own work between the network's and numpy's many small steps takes turns among
threads. They share nothing but the model's file, which is mapped, and the target.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Literal

from triposr_addon.batch.item import Item
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.prepared import Meshed, Prepared
from triposr_addon.batch.spans import Span
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.failures import WorkerFailure

Kind = Literal["make", "prepare", "finish"]


@dataclass(frozen=True)
class Errand:
    """make: items, together, to records. prepare: one item. finish: one mesh."""

    kind: Kind
    items: tuple[Item, ...]
    mesh: Meshed | None = None


@dataclass(frozen=True)
class Answer:
    """What came of an errand: as the stage gives it, in a list; or a failure that is not the items'.

    died: how the lane's process ended, where it did.
    """

    made: tuple[Prepared | Record, ...] = ()
    failure: WorkerFailure | None = None
    spans: tuple[Span, ...] = ()
    died: str = ""


def serve(connection: Connection, plan: BatchPlan) -> None:
    """Do errands until the other end of the connection is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # who started us decides
        signal.signal(number, signal.SIG_IGN)
    hands = Hands(plan)
    try:
        while True:
            connection.send(hands.done(connection.recv()))
    except (EOFError, OSError):
        return


class Hands:
    """The stages of one process, each made when it is first needed."""

    def __init__(self, plan: BatchPlan) -> None:
        self._plan = plan
        self._spans: list[Span] = []
        self._stages: dict[Kind, Callable[[Errand], list[Any]]] = {}

    def done(self, errand: Errand) -> Answer:
        """What comes of an errand."""
        try:
            if errand.kind not in self._stages:
                self._stages[errand.kind] = self._stage(errand.kind)
            made = self._stages[errand.kind](errand)
        except WorkerFailure as failure:
            return Answer(failure=failure)
        answer = Answer(tuple(made), spans=tuple(self._spans))
        self._spans.clear()
        return answer

    def _stage(self, kind: Kind) -> Callable[[Errand], list[Any]]:
        """Imports here: finishing needs no network, preparing no surface."""
        plan, hear = self._plan, self._spans.append
        if kind == "finish":
            from triposr_addon.batch.finishing import Finishing

            finishing = Finishing(plan, hear)
            return lambda errand: [finishing(errand.mesh)] if errand.mesh else []
        from triposr_addon.batch.preparing import Preparing

        preparing = Preparing(plan, hear)
        if kind == "prepare":
            return lambda errand: [preparing(item) for item in errand.items]
        from triposr_addon.batch.making import Making

        making = Making(plan, hear)
        return lambda errand: list(making([preparing(item) for item in errand.items]))
