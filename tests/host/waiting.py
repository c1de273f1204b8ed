# SPDX-License-Identifier: GPL-3.0-or-later
"""Drive a worker process or a Generator until something happens; every wait has its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from triposr_addon import protocol
from triposr_addon.host.failures import (
    HostFailure,
)
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest, JobView
from triposr_addon.host.worker_process import (
    Broken,
    WorkerEvent,
    WorkerProcess,
)
from triposr_addon.protocol import Initialize, Reconstruct

ENOUGH_SECONDS = 60.0
INITIALIZE = Initialize(protocol.PROTOCOL_VERSION)
Start = Callable[..., WorkerProcess]
Photo = Callable[[str], GenerationRequest]
MakeGenerator = Callable[..., Generator]


def reconstruct(folder: Path, photo: str) -> Reconstruct:
    return Reconstruct(
        "job", str(folder / f"{photo}.png"), str(folder), str(folder / "field"), str(folder / "cutout.png")
    )


def wait_for(process: WorkerProcess, kind: type[WorkerEvent]) -> tuple[list[WorkerEvent], WorkerEvent]:
    """All events up to and with the first of `kind`."""
    events: list[WorkerEvent] = []
    deadline = time.monotonic() + ENOUGH_SECONDS
    while time.monotonic() < deadline:
        for event in process.poll():
            events.append(event)
            if isinstance(event, kind):
                return events, event
        assert not process.over, f"broke while waiting for {kind.__name__}: {events}"
        time.sleep(0.01)
    raise AssertionError(f"no {kind.__name__} among {events}")


def broken_by(process: WorkerProcess) -> HostFailure:
    """The failure that ends the process."""
    broken = wait_for(process, Broken)[1]
    assert isinstance(broken, Broken)
    assert process.over
    assert process.poll() == []
    return broken.failure


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def ends(pid: int) -> bool:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def run(generator: Generator, request: GenerationRequest) -> JobView:
    return generator.run_until_done(generator.submit(request), ENOUGH_SECONDS)


def tick_until(generator: Generator, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not condition():
        assert time.monotonic() < deadline, generator.views()
        generator.tick()
        time.sleep(0.01)


def start_running(generator: Generator, request: GenerationRequest, step: str = "reconstruct") -> str:
    """Submit, and tick until the job has come to `step`."""
    job = generator.submit(request)
    tick_until(generator, lambda: generator.view(job).step == step)
    return job


def pid(generator: Generator) -> int:
    worker = generator.worker()
    assert worker is not None
    return worker.pid
