# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds of work, whole and by stage, on any device."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

Clock = Callable[[], float]


class Stopwatch:
    """Adds up seconds by stage. Entering a stage ends the one before."""

    def __init__(self, clock: Clock) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._stage = ""
        self._since = 0.0

    def enter(self, stage: str) -> None:
        """End the stage before, begin `stage`; "" begins none."""
        now = self._clock()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


def idle() -> Stopwatch:
    """A stopwatch whose figures nobody reads, and which makes nobody wait."""
    return Stopwatch(lambda: 0.0)


def clock_of(device: torch.device, one_thread: bool = False) -> Clock:
    """Wall seconds once the device has finished; or CPU seconds of this thread, for a CPU that others use too."""
    if device.type != "cuda":
        return time.thread_time if one_thread else time.perf_counter

    def finished() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    return finished


def seconds(device: torch.device, work: Callable[[], object], one_thread: bool = False) -> float:
    """How long `work` takes: on a graphics card by its own events, else by the clock."""
    if device.type == "cuda":
        return _event_seconds(device, work)
    clock = clock_of(device, one_thread)
    began = clock()
    work()
    return clock() - began


def _event_seconds(device: torch.device, work: Callable[[], object]) -> float:
    before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize(device)
    before.record()
    work()
    after.record()
    torch.cuda.synchronize(device)
    return float(before.elapsed_time(after)) / 1e3
