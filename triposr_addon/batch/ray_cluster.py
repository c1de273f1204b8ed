# SPDX-License-Identifier: GPL-3.0-or-later
"""A Ray on this computer, or one that is there: joined, looked at, and divided among the two stages."""

from __future__ import annotations

import contextlib
import importlib
import logging
import math
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from triposr_addon.batch.quiet_threads import LIBRARIES
from triposr_addon.batch.ray_errand import PACKAGE, Errand, complaint_here
from triposr_addon.batch.ray_failures import ClusterUnfit, ClusterUnreachable, NodeUnfit, ray_missing
from triposr_addon.batch.target_failures import named

LOCAL = "local"
CLIENT = "ray://"
LOOK_LIMIT_S = 180.0
"""For a node's first answer; it may have to unpack the code before."""
LOST = ("NodeDiedError", "LocalRayletDiedError", "WorkerCrashedError", "TaskUnschedulableError", "ObjectLostError")
"""Ray's errors which say that a node is gone, or its process; any other one is a complaint."""
STORE_BYTES = 1 << 30
"""Of a Ray on this computer: what lies between the stages. A prepared picture of the released model takes 3.4 MB."""
LOG_NAME = "ray.log"
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
"""Nothing is reported to anyone; Ray's own log files say what its processes had to say. Not for a Ray that runs."""
ONCE = {"RAY_ENABLE_AUTO_CONNECT": "0"}
"""What still reads when a run is ended would start another Ray."""

TOKEN_FILE = Path(".ray", "auth_token")
"""In the home folder."""
TOKEN_VARIABLES = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")

CPU_SHARE_OF_MAKING = 0.75
"""Where there is no graphics card: of each processor; the rest is for loading and cutting out."""
LANES_BESIDE_A_CARD = 2
"""One in the network, one extracting."""


@dataclass(frozen=True)
class Shares:
    """What an actor of each stage is given. device: the network's. lanes: threads of a making actor. actors: of them,
    as the cluster is now. has_cards: then meshes go on to actors on processors, which finish them.
    """

    device: str
    lanes: int
    making: Mapping[str, float]
    preparing: Mapping[str, float]
    actors: int
    has_cards: bool = False


@contextlib.contextmanager
def cluster(address: str, log: Path) -> Iterator[Any]:
    """The module ray, connected. `log` gets what Ray has to say meanwhile. Raises RayFailure, TargetFailure."""
    if address.startswith(CLIENT):
        raise ClusterUnreachable(
            f"{address} leads into a cluster from outside, where Ray Data can't work. Give the same command on one of "
            "its nodes, with --ray auto, or by `ray job submit`."
        )
    with contextlib.ExitStack() as stack:
        try:
            talk = stack.enter_context(log.open("a", encoding="utf-8"))
        except OSError as error:
            raise named(error, log.parent) from error
        stack.enter_context(contextlib.redirect_stdout(talk))  # Ray tells of lost nodes there
        for name, value in (QUIET | ONCE | token_mode(Path.home(), os.environ)).items():
            os.environ.setdefault(name, value)
        ray = _imported()
        stack.callback(ray.shutdown)
        with _native_words_into(talk), _signals_as_they_are():
            _connect(ray, address)
        _quiet_data(talk)
        yield ray


def shares(nodes: Sequence[Mapping[str, Any]], device: str, lanes: int | None) -> Shares:
    """How the stages divide what the nodes of `ray.nodes()` have. device, lanes: as on the command line.

    Raises ClusterUnfit.
    """
    there = [node["Resources"] for node in nodes if node["Alive"]]
    cards = int(sum(node.get("GPU", 0.0) for node in there))
    processors = [node["CPU"] for node in there if node.get("CPU", 0.0) >= 1.0]
    if device not in ("auto", "cpu") and not cards:
        raise ClusterUnfit(f"No node of the cluster has a graphics card for --device {device}. Leave it away.")
    if not processors:
        raise ClusterUnfit("No node of the cluster has a processor to give. Start one with `ray start --num-cpus`.")
    if cards and device != "cpu":
        beside = lanes or LANES_BESIDE_A_CARD
        of_card, of_others = (1.0, 1.0) if sum(processors) >= cards + 2 else (0.5, 0.25)
        making = {"num_gpus": 1.0, "num_cpus": of_card}
        return Shares("cuda", beside, making, {"num_cpus": of_others}, cards, has_cards=True)
    each = min(lanes or 1, int(min(processors)))
    taken = each * CPU_SHARE_OF_MAKING
    actors = sum(math.floor(count / each) for count in processors)
    return Shares("cpu", each, {"num_cpus": taken}, {"num_cpus": 1.0 - CPU_SHARE_OF_MAKING}, actors)


def token_mode(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The variable by which Ray shows a token, where there is one in the home folder or in the environment.

    Ray itself does so for `local` and `auto` alone, not for HOST:PORT. A cluster that wants none lets in who shows one.
    """
    is_there = any(variables.get(name) for name in TOKEN_VARIABLES) or (home / TOKEN_FILE).is_file()
    return {"RAY_AUTH_MODE": "token"} if is_there else {}


def inspect(ray: Any, errand: Errand) -> None:
    """Ask each node that could get work whether it sees what it needs. Raises NodeUnfit with the first complaint."""
    strategy = importlib.import_module("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy
    look = ray.remote(num_cpus=0, max_retries=1)(complaint_here)
    asked = {}
    for node in ray.nodes():
        if node["Alive"] and node["Resources"].get("CPU", 0.0) > 0.0:
            where = strategy(node_id=node["NodeID"], soft=False)
            asked[look.options(scheduling_strategy=where).remote(errand)] = node["NodeManagerAddress"]
    waiting, limit = list(asked), LOOK_LIMIT_S
    answered, late = ray.wait(waiting, num_returns=len(waiting), timeout=limit)
    for answer in answered:
        if complaint := _told(ray, answer, asked[answer]):
            raise NodeUnfit(f"The node {asked[answer]} {complaint}.")
    if late:
        raise NodeUnfit(f"The node {asked[late[0]]} gave no answer in {limit:.0f} s. Take it out, or restart its Ray.")


def _told(ray: Any, answer: Any, node: str) -> str:
    """What the node answered; "" where it was lost meanwhile, since it gets no work then. Raises NodeUnfit."""
    try:
        complaint: str = ray.get(answer)
    except tuple(getattr(ray.exceptions, name) for name in LOST):
        return ""
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1].rstrip(".")
        raise NodeUnfit(
            f"The node {node} could not look at the library: {reason}. Make it like the others, or take it out.",
            str(error),
        ) from error
    return complaint


def _imported() -> Any:
    try:
        importlib.import_module("ray.data")
        return importlib.import_module("ray")
    except ImportError as error:
        raise ray_missing(error) from error


def _connect(ray: Any, address: str) -> None:
    """Code goes to the nodes with the job: they need the same packages, but no checkout and no extension."""
    environment = {
        "py_modules": [str(PACKAGE)],
        "excludes": ["**/__pycache__"],
        "env_vars": dict.fromkeys(LIBRARIES, "1"),
    }
    where: dict[str, Any] = {"address": address}
    if address == LOCAL:
        where = {"address": LOCAL, "include_dashboard": False, "object_store_memory": STORE_BYTES}
    try:
        ray.init(**where, runtime_env=environment, logging_level=logging.ERROR, log_to_driver=False)
    except ray.exceptions.AuthenticationError as error:
        raise ClusterUnreachable(
            f"Ray is to show a token to {address}, and there is none here. Copy ~/.ray/auth_token of the cluster's "
            "head; where no computer has one yet, `ray get-auth-token --generate` makes it.",
            str(error),
        ) from error
    except (ray.exceptions.RayError, OSError, RuntimeError, ValueError) as error:
        raise ClusterUnreachable(
            f"No Ray of this version can be joined at {address}. Look with `ray status` on one of its nodes, and give "
            "this command there, with the same token (`~/.ray/auth_token`).",
            repr(error),
        ) from error


@contextlib.contextmanager
def _native_words_into(log: TextIO) -> Iterator[None]:
    """What Ray's compiled part has to say of its own settings."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        os.dup2(log.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def _signals_as_they_are() -> Iterator[None]:
    """Ray takes SIGTERM for itself, and ends the process with it: a scheduler's word would end no run in order."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _quiet_data(talk: TextIO) -> None:
    """What Ray Data says to people goes to the log; it has a log file of its own in Ray's folder, too."""
    for handler in logging.getLogger("ray.data").handlers:
        if type(handler).__name__ == "PlainRayHandler" and isinstance(handler, logging.StreamHandler):
            handler.setStream(talk)
