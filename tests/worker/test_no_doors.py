# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody gets in: a worker at work listens nowhere, has no socket at all, is isolated, and hides what it makes."""

from __future__ import annotations

import contextlib
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402 - after the check that torch is there
from triposr_addon.host.generation import Generator  # noqa: E402
from triposr_addon.host.jobs import GenerationRequest, JobState  # noqa: E402
from triposr_addon.host.storage import Storage  # noqa: E402
from triposr_addon.host.worker_command import WorkerCommand  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.parity,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc"),
]
PATIENCE_SECONDS = 300.0


def sockets(pid: int) -> list[str]:
    """The open sockets of a process."""
    return [link for link in links(Path(f"/proc/{pid}/fd")) if link.startswith("socket:")]


def links(folder: Path) -> Iterator[str]:
    """What the links in it point to; they come and go while one looks."""
    for entry in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield str(entry.readlink())


def seen_at_work(generator: Generator, job: str, storage: Storage) -> tuple[set[str], set[int]]:
    """Sockets of the worker, and rights of the job's folder, over the whole job."""
    found, folders = set[str](), set[int]()
    until = time.monotonic() + PATIENCE_SECONDS
    while not generator.view(job).state.over and time.monotonic() < until:
        generator.tick()
        worker = generator.worker()
        if worker is not None:
            found |= set(sockets(worker.pid))
        for folder in storage.jobs.glob("*"):
            folders.add(stat.S_IMODE(folder.stat().st_mode))
        time.sleep(0.002)
    return found, folders


def test_a_worker_at_work(tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    trap = tmp_path / "trap"
    (tmp_path / "site" / "sitecustomize.py").write_text(f"open({str(trap)!r}, 'w')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "site" / "sitecustomize.py"))
    storage = Storage(tmp_path / "storage")
    generator = Generator(storage, device="cpu", command=WorkerCommand(Path(sys.executable)))
    try:
        request = GenerationRequest(
            good_photo(tmp_path), tiny_checkpoint, "x", surface_settings=SurfaceSettings(48, 0.39)
        )
        job = generator.submit(request)
        found, folders = seen_at_work(generator, job, storage)
        assert generator.view(job).state is JobState.DONE
        worker = generator.worker()
        assert worker is not None
        words = Path(f"/proc/{worker.pid}/cmdline").read_bytes().split(b"\0")
        environment = Path(f"/proc/{worker.pid}/environ").read_bytes().split(b"\0")
    finally:
        generator.stop()
    assert found == set()
    assert folders == {0o700}
    assert b"-I" in words
    assert not [entry for entry in environment if entry.startswith(b"PYTHON")]
    assert not trap.exists()
