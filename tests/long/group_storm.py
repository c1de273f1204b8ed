# SPDX-License-Identifier: GPL-3.0-or-later
"""A storm over groups: queues of pictures that go to the worker together, many of which break it, and busy hands.

    PYTHON -m tests.long.group_storm [--queues 200] [--seed 1] [--from K] [--json OUT]

From the checkout; any Python, since the workers are the fakes of tests/fakes. Each queue has up to twenty pictures and
a worker that wishes for up to eight at once. Some pictures kill it, cut a line, babble, answer twice or are refused;
meanwhile jobs are cancelled, moved, dropped and tried again. The pictures of queue K of a seed are always the same;
which job a hand meets depends on how quick the machine is. No good picture may fail, no bad one become an object that
it must not, no job be lost, and no file be left. Exit code 0: so it was.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobState
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.host.worker_process import DEFAULT_LIMITS

FAKE_WORKER = Path(__file__).parents[1] / "fakes" / "fake_worker.py"
LIMITS = dataclasses.replace(DEFAULT_LIMITS, silence=1.0, cancel=0.2)
PATIENCE_SECONDS = 120.0
DONE, FAILED, CANCELLED = JobState.DONE, JobState.FAILED, JobState.CANCELLED

ENDS = {
    "good": {DONE},
    "answers-in-a-while": {DONE},
    "tells-wild-fractions": {DONE},
    "reports-failure": {FAILED},
    "reports-failure-of-mesh": {FAILED},
    "makes-no-mesh": {FAILED},
    "dies": {FAILED},
    "is-killed": {FAILED},
    "dies-at-its-mesh": {FAILED},
    "cuts-a-line": {FAILED},
    "babbles": {FAILED},
    "answers-with-wrong-fields": {FAILED},
    "hangs": {FAILED},
    "answers-twice": {DONE, FAILED},
    "dies-when-done": {DONE},
}
"""How each picture may end that nobody cancels."""

BAD = [name for name in ENDS if name not in {"good", "answers-in-a-while"}]
HANDS = ("cancel", "move", "drop", "retry")
SHARE_OF_BAD, SHARE_OF_HANDS = 0.25, 0.02


def play(seed: int, number: int, root: Path) -> tuple[Counter[str], list[str]]:
    """One queue, to its end: what happened how often, and every promise that was broken."""
    chance, counts = random.Random(f"{seed}-{number}"), Counter[str]()
    storage = Storage(root / str(number))
    command = WorkerCommand(Path(sys.executable), FAKE_WORKER, ("starts",))
    generator = Generator(storage, device="cpu", command=command, limits=LIMITS, best_batch=chance.randint(2, 8))
    try:
        names = [chance.choice(BAD) if chance.random() < SHARE_OF_BAD else "good" for _ in range(chance.randint(2, 20))]
        for name in names:
            generator.submit(GenerationRequest(root / f"{name}.png", root / "model", name))
        touched = _drive(generator, chance, counts)
        broken = [f"queue {number}: {line}" for line in _broken_promises(generator, touched, counts)]
    finally:
        generator.stop()
    left = [*storage.jobs.iterdir()] if storage.jobs.exists() else []
    return counts, broken + [f"queue {number}: left {path}" for path in left]


def _drive(generator: Generator, chance: random.Random, counts: Counter[str]) -> set[str]:
    """Tick to the end, with hands in between; the jobs that were cancelled."""
    touched, until = set[str](), time.monotonic() + PATIENCE_SECONDS
    while generator.busy() and time.monotonic() < until:
        generator.tick()
        together = sum(view.state is JobState.RUNNING for view in generator.views())
        counts["largest group"] = max(counts["largest group"], together)
        if chance.random() < SHARE_OF_HANDS and generator.views():
            _do(chance.choice(HANDS), generator, chance, touched, counts)
        time.sleep(0.002)
    return touched


def _do(hand: str, generator: Generator, chance: random.Random, touched: set[str], counts: Counter[str]) -> None:
    view = chance.choice(generator.views())
    counts[hand] += 1
    if hand == "cancel":
        touched.add(view.id)
        generator.cancel(view.id)
    elif hand == "drop":
        generator.drop(view.id)
    elif hand == "move":
        generator.move(view.id, chance.choice((-1, 1)))
    elif view.state.over and not view.request.name.startswith("hangs"):
        generator.retry(view.id)


def _broken_promises(generator: Generator, touched: set[str], counts: Counter[str]) -> list[str]:
    broken = []
    for view in generator.views():
        counts["jobs"] += 1
        counts[f"ended {view.state.value}"] += 1
        allowed = ENDS[view.request.name] | ({CANCELLED} if view.id in touched else set())
        if view.state not in allowed:
            broken.append(f"{view.request.name} {view.id} ended {view.state.value}: {view.failure}")
    return broken


def main() -> int:
    """Run the storm; the exit code is 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queues", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="K", help="begin with this queue")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    options = parser.parse_args()
    counts, broken, largest = Counter[str](), list[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.first, options.first + options.queues):
            counted, wrong = play(options.seed, number, Path(folder))
            largest = max(largest, counted.pop("largest group"))
            counts += counted
            broken += wrong
            for line in wrong:
                print(line, flush=True)
    figures = {"queues": options.queues, "seed": options.seed, "largest group": largest, **counts, "broken": broken}
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
