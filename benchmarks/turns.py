# SPDX-License-Identifier: GPL-3.0-or-later
"""Several ways to do the same, timed in turns: a machine that slows down slows them all."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch

from benchmarks.stopwatch import Stopwatch, clock_of, idle, seconds

STAGED_RUNS_ON_GPU = 5


@dataclass
class Contestant:
    """One way: `work` tells its stages to a stopwatch; it is run `times` times. Seconds gather in the last two."""

    name: str
    work: Callable[[Stopwatch], object]
    times: int
    whole: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of the whole runs' seconds."""
        return statistics.median(self.whole)

    @property
    def p90(self) -> float:
        """Nine of ten runs take no longer."""
        return sorted(self.whole)[max(0, -(-9 * len(self.whole) // 10) - 1)]

    def stage_medians(self) -> dict[str, float]:
        """The median seconds of each stage, in the order in which they are run."""
        names = dict.fromkeys(itertools.chain.from_iterable(self.stages))
        return {name: round(statistics.median(run.get(name, 0.0) for run in self.stages), 5) for name in names}


def take_turns(
    contestants: Sequence[Contestant], device: torch.device, one_thread: bool, tell: Callable[[str], None]
) -> None:
    """Run them all: A B, B A, A B and so on. Who runs more seldom runs in the middle rounds.

    On a graphics card asking for a stage's time makes the card wait, so stages are timed in runs of their own.
    """
    for contestant in order_of(contestants):
        _timed(contestant, device, one_thread)
        tell(f"{contestant.name} {contestant.whole[-1]:.3f} s")
    if device.type == "cuda":
        for contestant in contestants:
            contestant.stages += [_stages(contestant, device) for _ in range(STAGED_RUNS_ON_GPU)]


def order_of(contestants: Sequence[Contestant]) -> Iterator[Contestant]:
    """Who runs when."""
    rounds = max(contestant.times for contestant in contestants)
    for number in range(rounds):
        running = [contestant for contestant in contestants if number in _rounds_of(contestant.times, rounds)]
        yield from running if number % 2 == 0 else running[::-1]


def _rounds_of(times: int, rounds: int) -> set[int]:
    return {int((turn + 0.5) * rounds / times) for turn in range(times)}


def _timed(contestant: Contestant, device: torch.device, one_thread: bool) -> None:
    if device.type == "cuda":
        contestant.whole.append(seconds(device, lambda: contestant.work(idle())))
        return
    stopwatch = Stopwatch(clock_of(device, one_thread))
    contestant.whole.append(seconds(device, lambda: _staged(contestant, stopwatch), one_thread))
    contestant.stages.append(stopwatch.seconds)


def _stages(contestant: Contestant, device: torch.device) -> dict[str, float]:
    stopwatch = Stopwatch(clock_of(device))
    _staged(contestant, stopwatch)
    return stopwatch.seconds


def _staged(contestant: Contestant, stopwatch: Stopwatch) -> None:
    contestant.work(stopwatch)
    stopwatch.enter("")


def peak_bytes(contestants: Sequence[Contestant], device: torch.device) -> dict[str, dict[str, int]]:
    """The most bytes of a graphics card that one run of each takes beyond what lay there before; nothing on a CPU."""
    if device.type != "cuda":
        return {}
    peaks = {}
    for contestant in contestants:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        contestant.work(idle())
        peaks[contestant.name] = int(torch.cuda.max_memory_allocated(device)) - before
    return {"peak_bytes": peaks}
