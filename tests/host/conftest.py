# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake worker to start, a storage to work in, and a look afterwards whether anything was left running."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.host.waiting import MakeGenerator, Photo, Start
from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest
from triposr_addon.host.log_file import LogFile
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.host.worker_process import DEFAULT_LIMITS, Limits, WorkerProcess

FAKE_WORKER = Path(__file__).parents[1] / "fakes" / "fake_worker.py"


@pytest.fixture
def fake_worker() -> Callable[[str], WorkerCommand]:
    """fake_worker(START): how to start it; see STARTS in fake_worker.py."""
    return lambda start: WorkerCommand(Path(sys.executable), FAKE_WORKER, (start,))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "storage")


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """photo(WHAT): a request whose photo makes the fake worker do that; see PHOTOS in fake_worker.py."""
    return lambda what: GenerationRequest(photo=tmp_path / f"{what}.png", model=tmp_path / "model", name=what)


@pytest.fixture
def start(fake_worker: Callable[[str], WorkerCommand], tmp_path: Path) -> Iterator[Start]:
    """start(START, limits): a started fake worker, ended after the test."""
    started: list[WorkerProcess] = []

    def start_fake(how: str = "starts", limits: Limits | None = None) -> WorkerProcess:
        started.append(WorkerProcess(fake_worker(how), LogFile(tmp_path / "worker.log"), limits or Limits()))
        return started[-1]

    yield start_fake
    for process in started:
        process.kill()


@pytest.fixture
def make(storage: Storage, fake_worker: Callable[[str], WorkerCommand]) -> Iterator[MakeGenerator]:
    """make(START, limits, best_batch): a Generator whose workers start that way; stopped after the test."""
    made: list[Generator] = []

    def make_generator(start: str = "starts", limits: Limits = DEFAULT_LIMITS, best_batch: int = 0) -> Generator:
        command = fake_worker(start)
        made.append(Generator(storage, device="cpu", command=command, limits=limits, best_batch=best_batch))
        return made[-1]

    yield make_generator
    for generator in made:
        generator.stop()


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No child, no zombie and no thread outlives a test."""
    yield
    deadline = time.monotonic() + 10
    while _has_children() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _has_children()
    while (left := _our_threads()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("TripoSR")]
