# SPDX-License-Identifier: GPL-3.0-or-later
"""A Ray cluster of several nodes on this computer, some of which are killed while the batch command works on it."""

from __future__ import annotations

import importlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STORE_BYTES = 150 << 20
LOOK_EACH_S = 0.25
KILL, ADD = "kill", "add"
CHECKOUT = Path(__file__).resolve().parents[2]
VARIABLES = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}
"""All of it is on this computer's own loop."""


@dataclass(frozen=True)
class Event:
    """What happens to the cluster once so many records are there."""

    at: int
    kind: str


@dataclass
class Shaken:
    """What was done to a run, and how it went. happened: kind, records by then, seconds since its start."""

    exit_code: int = -1
    seconds: float = 0.0
    happened: list[tuple[str, int, float]] = field(default_factory=list)
    told: str = ""
    spilled: bool = False


def random_events(count: int, kills: int, joins: int, dice: random.Random) -> list[Event]:
    """At random numbers of records, in the middle three quarters of the run."""
    kinds = [KILL] * kills + [ADD] * joins
    places = sorted(dice.randint(count // 8, count * 7 // 8) for _ in kinds)
    dice.shuffle(kinds)
    return [Event(place, kind) for place, kind in zip(places, kinds, strict=True)]


@contextmanager
def cluster_of(nodes: int, *, is_quick: bool = False) -> Iterator[tuple[Any, list[Any]]]:
    """A head without processors, and nodes with one each. is_quick: a lost node is noticed after 3 s, not 15."""
    os.environ.update(VARIABLES)
    utils = importlib.import_module("ray.cluster_utils")
    head: dict[str, Any] = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE_BYTES}
    if is_quick:
        head["_system_config"] = {"health_check_period_ms": 1000, "health_check_failure_threshold": 3}
    cluster = utils.Cluster(initialize_head=True, head_node_args=head)
    try:
        yield cluster, [_node(cluster) for _ in range(nodes)]
    finally:
        cluster.shutdown()


def shake(
    command: Sequence[str], target: Path, events: Sequence[Event], nodes: int, dice: random.Random, **how: bool
) -> Shaken:
    """Run the batch command on a cluster of its own, and do the events to it. In the main thread: Ray wants that."""
    shaken = Shaken()
    with cluster_of(nodes, **how) as (cluster, there):
        began = time.monotonic()
        argv = [sys.executable, "-m", "triposr_addon", "batch", *command, "--ray", cluster.address]
        run = subprocess.Popen(argv, cwd=CHECKOUT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        waiting = list(events)
        while run.poll() is None and waiting:
            if (done := records_in(target)) >= waiting[0].at:
                _happen(waiting.pop(0).kind, cluster, there, dice)
                shaken.happened.append((events[len(shaken.happened)].kind, done, round(time.monotonic() - began, 1)))
            time.sleep(LOOK_EACH_S)
        shaken.told = run.communicate()[1]
        shaken.exit_code, shaken.seconds = run.returncode, round(time.monotonic() - began, 1)
        shaken.spilled = _has_spilled(cluster)
    return shaken


def records_in(target: Path) -> int:
    """How many items have a record."""
    return sum(1 for _ in target.glob("items/*/*/record.json"))


def _happen(kind: str, cluster: Any, there: list[Any], dice: random.Random) -> None:
    """A kill is a real one: no process of the node hears of it before."""
    if kind == ADD:
        there.append(_node(cluster))
    else:
        cluster.remove_node(there.pop(dice.randrange(len(there))), allow_graceful=False)


def _node(cluster: Any) -> Any:
    return cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)


def _has_spilled(cluster: Any) -> bool:
    """Whether what lay between the stages went to the disk, by the nodes' own logs."""
    logs = Path(cluster.head_node.get_session_dir_path()) / "logs"
    return any(b"Spilled " in path.read_bytes() for path in logs.glob("raylet*"))
