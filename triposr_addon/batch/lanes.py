# SPDX-License-Identifier: GPL-3.0-or-later
"""Lanes, seen from the process that starts them: who is idle, what has come back, which one is gone."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from triposr_addon.batch.lane_process import Answer, Errand, serve
from triposr_addon.batch.overseer import handled
from triposr_addon.batch.plan import BatchPlan

LEAVING_SECONDS = 10.0
"""For a lane that is idle to end; then it is killed."""
PICTURE_SECONDS = 3600.0
"""For one picture; a lane that takes longer hangs, and is killed. The released model takes half a minute."""


class Lane:
    """One lane's process, which does at most one errand at a time."""

    def __init__(self, plan: BatchPlan, name: str, picture_seconds: float = PICTURE_SECONDS) -> None:
        self.name = name
        self.errand: Errand | None = None
        self._picture_seconds, self._until = picture_seconds, 0.0
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=serve, args=(theirs, plan), name=name, daemon=True)
        with handled((signal.SIGINT,), signal.SIG_IGN):  # from its first moment: CTRL-C goes to all of a terminal
            self._process.start()
        theirs.close()

    def give(self, errand: Errand) -> None:
        """Send an errand; a lane that is gone is noticed when it is waited for."""
        self.errand, self._until = errand, time.monotonic() + self._picture_seconds * len(errand.items)
        with suppress(OSError):
            self.connection.send(errand)

    def kill_if_it_hangs(self) -> None:
        """End it where its errand takes longer than any should; that it is gone is then noticed as ever."""
        if self.errand is not None and time.monotonic() > self._until:
            self._process.kill()

    def take(self) -> Answer:
        """What came of the errand."""
        try:
            answer: Answer = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(LEAVING_SECONDS)
            return Answer(died=_ending(self._process.exitcode))
        return replace(answer, spans=tuple(replace(span, lane=self.name) for span in answer.spans))

    def end(self, patience: float = LEAVING_SECONDS) -> None:
        """Let it go; it leaves as soon as it is idle."""
        self.connection.close()
        self._process.join(patience)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(LEAVING_SECONDS)


class LanePool:
    """So many lanes; one that is gone is replaced."""

    def __init__(self, plan: BatchPlan, count: int, picture_seconds: float = PICTURE_SECONDS) -> None:
        """picture_seconds: a lane that takes longer for a picture hangs, and is ended."""
        self._plan = plan
        self._picture_seconds = picture_seconds
        self._lanes = [self._new(f"lane {number + 1}") for number in range(count)]

    def idle(self) -> list[Lane]:
        """Those without an errand."""
        return [lane for lane in self._lanes if lane.errand is None]

    @property
    def busy(self) -> int:
        """How many have an errand."""
        return sum(lane.errand is not None for lane in self._lanes)

    def answers(self, seconds: float, also: Sequence[Connection] = ()) -> Iterator[tuple[Errand, Answer]]:
        """What has come back; waits for `seconds` at most, and no longer than until something comes from `also`."""
        for lane in self._lanes:
            lane.kill_if_it_hangs()
        at_work = {lane.connection: lane for lane in self._lanes if lane.errand is not None}
        for ready in wait([*at_work, *also], seconds):
            if (lane := at_work.get(ready)) is not None:  # type: ignore[call-overload]  # what `wait` got, it gives
                yield self._taken(lane)

    def end(self) -> None:
        """Let all lanes go."""
        for lane in self._lanes:
            lane.connection.close()
        for lane in self._lanes:
            lane.end(LEAVING_SECONDS if lane.errand is None else 0.0)

    def _new(self, name: str) -> Lane:
        return Lane(self._plan, name, self._picture_seconds)

    def _taken(self, lane: Lane) -> tuple[Errand, Answer]:
        errand, answer = lane.errand, lane.take()
        assert errand is not None, "it was waited for"
        lane.errand = None
        if answer.died:
            lane.end()
            self._lanes[self._lanes.index(lane)] = self._new(lane.name)
        return errand, answer


def _ending(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "without a word"
    if code < 0:
        with suppress(ValueError):
            return f"by {signal.Signals(-code).name}"
    return f"with code {code}"
