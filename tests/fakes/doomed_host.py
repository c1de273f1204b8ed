# SPDX-License-Identifier: GPL-3.0-or-later
"""A Blender that will be killed in the middle of a job: says when the worker is at work, and waits.

    PYTHON -I doomed_host.py STORAGE PHOTO MODEL WORKER_PYTHON [--suspend]

Writes "PID-OF-WORKER" to standard output once the job has come to `reconstruct`. --suspend: stops the worker first.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from triposr_addon.host.generation import Generator
from triposr_addon.host.jobs import GenerationRequest
from triposr_addon.host.storage import Storage
from triposr_addon.host.worker_command import WorkerCommand
from triposr_addon.protocol import PhotoSettings, SurfaceSettings

PATIENCE_SECONDS = 120.0


def main(arguments: list[str]) -> None:
    """Start, tell, wait for the end."""
    root, photo, model, python = map(Path, arguments[:4])
    generator = Generator(Storage(root), device="cpu", command=WorkerCommand(python))
    request = GenerationRequest(photo, model, "doomed", PhotoSettings(), SurfaceSettings(256, 0.39))
    job = generator.submit(request)
    until = time.monotonic() + PATIENCE_SECONDS
    while generator.view(job).step != "extract" and time.monotonic() < until:
        generator.tick()
        time.sleep(0.002)
    worker = generator.worker()
    assert worker is not None, "a job that came so far has a worker"
    if "--suspend" in arguments:
        os.kill(worker.pid, signal.SIGSTOP)
    print(worker.pid, flush=True)
    time.sleep(PATIENCE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1:])
