# SPDX-License-Identifier: GPL-3.0-or-later
"""A storm on the wire: thousands of jobs with real worker processes, and faults drawn from a list of eighty.

    WORKER_PYTHON -m tests.long.wire_storm --jobs 2000 --seed 1 [--from 500] [--seconds 330] [--json OUT]

From the checkout; the Python has the worker's packages. Job K of a seed is always the same, so a storm can be run in
pieces: `--from`, `--jobs` and `--seconds` (it stops in time, and the last line says where to go on; with the same
--json the figures add up). `--each` does every fault once instead. `--fork` spares each worker the seconds of its
start: it is forked from a process that has imported PyTorch. As the system's administrator the storage lies on a small
disk of its own that can be filled; else the faults of disks are left out, as is that of the memory where control groups
can't be made. Linux. Exit code 0: nothing wrong, lost or left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.fakes.bends import MEMORY_GROUPS
from tests.long.storm_faults import FAULTS, Fault
from tests.long.storm_ground import SHAPES, prepared
from tests.long.storm_round import Drawn, play
from tests.long.storm_scene import Scene
from tests.long.storm_tally import Tally

SHARE_OF_FAULTS = 0.16


def drawn(seed: int, number: int, faults: list[Fault]) -> Drawn:
    """Which picture the job has, and what is done to it."""
    chance = random.Random(f"{seed}-{number}")
    shape, is_faulty = chance.choice(SHAPES), chance.random() < SHARE_OF_FAULTS
    fault = chance.choices(faults, [fault.weight for fault in faults])[0]
    return Drawn(number, shape, fault if is_faulty else None)


def rounds(seed: int, first: int, jobs: int, faults: list[Fault]) -> list[list[Drawn]]:
    """One job, or two of which the second waits in the queue while the first is in trouble."""
    made, number = [], first
    while number < first + jobs:
        pair = [drawn(seed, number, faults), drawn(seed, number + 1, faults)]
        alone = any(job.fault is not None and job.fault.alone for job in pair)
        taken = pair[:1] if alone or number + 1 >= first + jobs else pair
        made.append(taken)
        number += len(taken)
    return made


def each_once(faults: list[Fault], first: int) -> list[list[Drawn]]:
    """Every fault, and a good job behind it where one may stand there."""
    made = []
    for number, fault in enumerate(faults):
        drawn = Drawn(2 * number, SHAPES[number % len(SHAPES)], fault)
        follower = Drawn(2 * number + 1, SHAPES[(number + 1) % len(SHAPES)], None)
        made.append([drawn] if fault.alone else [drawn, follower])
    return [jobs for jobs in made if jobs[0].number >= first]


def possible_faults(own_disk: bool) -> list[Fault]:
    """Those that this machine lets us do."""
    disk = {"disk full", "disk full in the middle", "folder read-only"}
    memory = {"killed for memory"} if not os.access(MEMORY_GROUPS / "tasks", os.W_OK) else set()
    return [fault for fault in FAULTS if fault.name not in (memory if own_disk else disk | memory)]


def storm(options: argparse.Namespace, tally: Tally) -> int:
    """Play the rounds; gives the number of the next job."""
    until = time.monotonic() + options.seconds
    with (
        tempfile.TemporaryDirectory(prefix="triposr-storm-") as folder,
        prepared(Path(folder), fork=options.fork) as ground,
    ):
        scene, faults = Scene(ground), possible_faults(ground.own_disk)
        faults = [fault for fault in faults if not options.only or fault.name in options.only]
        upcoming = int(options.first)
        all_rounds = (
            each_once(faults, upcoming) if options.each else rounds(options.seed, upcoming, options.jobs, faults)
        )
        try:
            for jobs in all_rounds:
                if time.monotonic() > until:
                    break
                play(scene, jobs, tally)
                upcoming = jobs[-1].number + 1
                if options.verbose:
                    print([(job.number, job.fault.name if job.fault else "") for job in jobs], flush=True)
        finally:
            scene.clean_up()
            scene.generator.stop()
            tally.look_for_what_is_left(scene, set(), "the end")
    return upcoming


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="K", help="number of the first job")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop in time")
    parser.add_argument("--each", action="store_true", help="every fault once")
    parser.add_argument("--fork", action="store_true", help="fork workers from a process that has imported PyTorch")
    parser.add_argument("--only", action="append", help="this fault alone; may be given several times")
    parser.add_argument("--json", type=Path, help="file of figures, that of an earlier piece is added to")
    parser.add_argument("--verbose", action="store_true", help="a line for each round")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Storm, tell, and keep the figures."""
    options = options_from(arguments)
    earlier: dict[str, Any] = {}
    if options.json and options.json.is_file():
        earlier = json.loads(options.json.read_text())
    tally = Tally.from_json(earlier)
    began = time.monotonic()
    upcoming = storm(options, tally)
    tally.counts["seconds"] += round(time.monotonic() - began)
    if options.json:
        options.json.write_text(json.dumps(tally.as_json(), indent=1, sort_keys=True))
    print(tally.told())
    print(f"go on with --from {upcoming}")
    return 0 if tally.kept_its_promises else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
