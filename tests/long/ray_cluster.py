# SPDX-License-Identifier: GPL-3.0-or-later
"""A library made on a Ray cluster whose nodes are killed: is each picture there once, as one process makes it?

`python3 -m vendor_installer run --with ray -- python -m tests.long.ray_cluster`: draws the pictures, makes them in one
process, then on a cluster of nodes on this computer, kills some of them at random times, adds others, and holds the two
libraries against each other, bit for bit. Each part can be done alone, with `--part`; the run in one process goes on
where it was stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.long.cluster_pictures import draw_library
from tests.long.cluster_verdict import judge
from tests.long.shaken_cluster import CHECKOUT, random_events, records_in, shake

RUN_NAME = "run.json"
"""What was done to the cluster, in the folder of the work."""


def main(arguments: Sequence[str]) -> int:
    """0: all as it should be."""
    options = _parser().parse_args(arguments)
    pictures, one, many = (options.work / name for name in ("pictures", "one", "many"))
    draw_library(pictures, options.pictures, options.seed)
    figures: dict[str, Any] = {"pictures": options.pictures, "seed": options.seed, "resolution": options.resolution}
    command = [str(pictures), "--resolution", str(options.resolution), "--no-review", "--device", "cpu"]
    if options.part in ("one", "all"):
        figures["one process"] = _in_one_process(command, one)
    if options.part in ("cluster", "all"):
        (options.work / RUN_NAME).write_text(json.dumps(_on_a_cluster(command, many, options)), encoding="utf-8")
    if options.part in ("verdict", "all"):
        figures |= _verdict(one, many, options)
    text = json.dumps(figures, indent=1)
    print(text)
    if options.json:
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return 0 if figures.get("is good", True) else 1


def _in_one_process(command: Sequence[str], target: Path) -> dict[str, Any]:
    there, began = records_in(target), time.monotonic()
    argv = [sys.executable, "-m", "triposr_addon", "batch", *command, "--lanes", "1", "-o", str(target)]
    code = subprocess.run(argv, cwd=CHECKOUT, check=False, stdout=subprocess.DEVNULL).returncode
    seconds = round(time.monotonic() - began, 1)
    return {"exit code": code, "records": records_in(target), "made in this run": records_in(target) - there} | {
        "seconds": seconds
    }


def _on_a_cluster(command: Sequence[str], many: Path, options: argparse.Namespace) -> dict[str, Any]:
    load = os.getloadavg()[0]
    dice = random.Random(options.seed)  # when who is killed, no secret
    events = random_events(options.pictures, options.kill, options.add, dice)
    shaken = shake([*command, "-o", str(many)], many, events, options.nodes, dice)
    return {
        "nodes": options.nodes,
        "cores": os.cpu_count(),
        "load before": load,
        "events wanted": len(events),
        "exit code": shaken.exit_code,
        "seconds": shaken.seconds,
        "events (kind, records, seconds)": shaken.happened,
        "went through the disk": shaken.spilled,
        "told last": shaken.told.splitlines()[-8:],
    }


def _verdict(one: Path, many: Path, options: argparse.Namespace) -> dict[str, Any]:
    run = json.loads((options.work / RUN_NAME).read_text(encoding="utf-8"))
    ids = {path.relative_to(options.work / "pictures").with_suffix("").as_posix() for path in _files(options.work)}
    verdict = judge(ids, one, many)
    went_well = len(run["events (kind, records, seconds)"]) == run["events wanted"] and run["exit code"] in (0, 1)
    return {**run, **dataclasses.asdict(verdict), "is good": verdict.is_good and went_well}


def _files(work: Path) -> list[Path]:
    return list((work / "pictures").rglob("*.png"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add(
        "--work",
        type=Path,
        default=Path("ray-cluster"),
        help="for pictures and results (default: %(default)s)",
    )
    add("--pictures", type=int, default=2000, help="how many (default: 2000)")
    add("--resolution", type=int, default=48, help="of the meshes (default: 48)")
    add("--nodes", type=int, default=4, help="of one processor each, beside a head without any (default: 4)")
    add("--kill", type=int, default=2, help="nodes to kill (default: 2)")
    add("--add", type=int, default=1, help="nodes to add (default: 1)")
    add("--seed", type=int, default=1, help="of pictures, and of when which node is killed (default: 1)")
    add("--part", choices=("one", "cluster", "verdict", "all"), default="all", help="only this (default: all)")
    add("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
