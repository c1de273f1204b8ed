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

from triposr_addon.host.jobs import GenerationRequest
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_command import WorkerCommand

FAKE_WORKER = Path(__file__).parents[1] / "fakes" / "fake_worker.py"


@pytest.fixture
def fake_worker() -> Callable[[str], WorkerCommand]:
    """fake_worker(START): how to start it; see STARTS in fake_worker.py."""
    return lambda start: WorkerCommand(Path(sys.executable), FAKE_WORKER, (start,))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "storage")


@pytest.fixture
def photo(tmp_path: Path) -> Callable[[str], GenerationRequest]:
    """photo(WHAT): a request whose photo makes the fake worker do that; see PHOTOS in fake_worker.py."""
    return lambda what: GenerationRequest(photo=tmp_path / f"{what}.png", model=tmp_path / "model", name=what)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No child, no zombie and no thread outlives a test."""
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    deadline = time.monotonic() + 10
    while (left := _our_threads()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


def _our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("TripoSR")]
