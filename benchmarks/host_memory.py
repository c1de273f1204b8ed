# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the computer's memory a worker takes: a process of its own, watched from its start through one photo.

Linux tells two numbers: what is resident in all, and what of it is the process's own ("anonymous"). The rest are pages
of files, the mapped weights above all, which the system takes back whenever it needs the room.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from triposr_addon.protocol import (
    PROTOCOL_VERSION,
    Extract,
    Initialize,
    Log,
    Progress,
    Reconstruct,
    Request,
    Shutdown,
    SurfaceSettings,
)
from triposr_addon.wire import ErrorLine, ResultLine, decode_worker_line, encode_request
from triposr_addon.worker.field import TriplaneField

WORKER = Path(__file__).parents[1] / "triposr_addon" / "worker" / "__main__.py"
GLANCE_SECONDS = 0.005
LIMIT_SECONDS = 900.0


@dataclass(frozen=True)
class Peak:
    """The most bytes during one stage: resident in all, and the process's own."""

    stage: str
    resident: int
    own: int


class WorkerFailedHere(Exception):
    """The worker answered with a failure, or not at all; the text says how."""


def watch_one_photo(photo: Path, model: Path, field: TriplaneField, settings: SurfaceSettings) -> list[Peak]:
    """Start a worker on the processor, reconstruct, extract, and say what each stage took. Raises WorkerFailedHere.

    What is extracted is `field`, not what came of the photo: a model whose weights are drawn makes noise.
    """
    with tempfile.TemporaryDirectory(prefix="triposr_memory_") as folder, _WatchedWorker() as worker:
        made, given, mesh = (str(Path(folder) / name) for name in ("made.triplane.safetensors", "given", "mesh.npz"))
        field.save(Path(given))
        return [
            worker.ask("start", Initialize(PROTOCOL_VERSION, device="cpu")),
            worker.ask("reconstruct", Reconstruct("a", str(photo), str(model), made)),
            worker.ask("extract", Extract("a", given, mesh, settings)),
            worker.ask("extract again", Extract("b", given, mesh, settings)),
        ]


class _WatchedWorker:
    def __enter__(self) -> _WatchedWorker:
        command = [sys.executable, "-I", str(WORKER)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._limit = threading.Timer(LIMIT_SECONDS, self._process.kill)
        self._limit.start()
        self._peaks = (0, 0)
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._asked = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._send(Shutdown())
        self._process.wait(LIMIT_SECONDS)
        self._limit.cancel()
        self._ended.set()
        self._watcher.join()

    def ask(self, stage: str, request: Request) -> Peak:
        """Send a request, wait for its answer, and say what was taken meanwhile."""
        self._peaks = (0, 0)
        self._send(request)
        self._wait_for_answer(stage)
        self._look()
        return Peak(stage, *self._peaks)

    def _send(self, request: Request) -> None:
        assert self._process.stdin
        self._asked += 1
        self._process.stdin.write(encode_request(self._asked, request))
        self._process.stdin.flush()

    def _wait_for_answer(self, stage: str) -> None:
        assert self._process.stdout
        for text in self._process.stdout:
            match decode_worker_line(text):
                case Progress() | Log():
                    continue
                case ResultLine():
                    return
                case ErrorLine(error=error):
                    raise WorkerFailedHere(f"{stage}: {error}")
        raise WorkerFailedHere(f"{stage}: the worker ended")

    def _watch(self) -> None:
        while not self._ended.wait(GLANCE_SECONDS):
            self._look()

    def _look(self) -> None:
        try:
            text = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        except OSError:
            return  # it has just ended
        own, resident = (_kilobytes(text, name) for name in ("RssAnon", "VmRSS"))
        self._peaks = max(self._peaks[0], resident), max(self._peaks[1], own)


def _kilobytes(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return 1024 * int(found[1]) if found else 0
