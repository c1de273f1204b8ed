# SPDX-License-Identifier: GPL-3.0-or-later
"""The process in which bad files are tried: one line of JSON for each, before and after. Started by bad_files.py."""

from __future__ import annotations

import json
import logging
import random
import resource
import shutil
import sys
import time
import warnings
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from tests.bad_files.doors import Door, doors, outcome_of  # noqa: E402


def forget_peak() -> None:
    """Let Linux count anew what this process holds at most."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The most that this process held since then, in MB (10^6 bytes)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))


def say(**told: object) -> None:
    """A line for bad_files.py."""
    print(json.dumps(told), flush=True)


def try_one(kind: str, door: Door, seed: int, number: int, folder: Path) -> None:
    """A file is made of the seed, the kind and its number alone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / door.name
    file.write_bytes(door.make(random.Random(f"{seed} {kind} {number}")))
    say(begun=number, kind=kind, worked=time.process_time())
    began = time.process_time()
    outcome, why = outcome_of(door, file)
    seconds = time.process_time() - began
    say(kind=kind, number=number, outcome=outcome, why=why, seconds=seconds, peak_mb=peak_mb())


def main(seed: int, ceiling_mb: int, home: Path, wanted: list[tuple[str, int, int]]) -> None:
    """wanted: kind, number of the first file, how many."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    known = doors(home / "shared", CHECKOUT.parent / "shared", sys.executable)
    resource.setrlimit(resource.RLIMIT_AS, (ceiling_mb << 20, ceiling_mb << 20))
    for kind, first, count in wanted:
        forget_peak()
        for number in range(first, first + count):
            try_one(kind, known[kind], seed, number, home / "case")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4]))
