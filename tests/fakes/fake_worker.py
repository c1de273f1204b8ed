# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker in bare Python that misbehaves on purpose; a real process that speaks the real protocol.

    python -I fake_worker.py START

START says what it does with `initialize` (see STARTS); what it does with a photo is said by the photo's name (see
photos.py), as is what it does to get ready for one (see warm_ups.py) or to cut one out (see cut_outs.py), and with a
field by the name of its photo (see MESHES) or, where it comes without one, by its own (see fields.py). So one worker
can go through a bad job and a good one.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fakes.cut_outs import CUT_OUTS
from tests.fakes.fields import FIELDS
from tests.fakes.photos import PHOTOS, WISHES
from tests.fakes.reviews import REVIEWS, draws_sheet, name_of, renders_views
from tests.fakes.voice import LONG, die, say, tell
from tests.fakes.warm_ups import WARM_UPS
from triposr_addon import protocol, wire
from triposr_addon.protocol import (
    BakeTexture,
    CutOut,
    DrawSheet,
    ErrorReport,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    MemoryHeld,
    Reconstruct,
    RenderViews,
    Review,
    SampleColours,
    WarmUp,
)
from triposr_addon.wire import RequestLine

WITH_MODEL = MemoryHeld("fake", 5_000_000, 0, 0, 0, 300_000_000)
WITHOUT_MODEL = MemoryHeld(resident=200_000_000)


class FakeWorker:
    """Reads standard input on a thread, so that it hears `cancel` and the end of input while it works."""

    def __init__(self, start: str) -> None:
        self.start = start
        self.requests: queue.Queue[RequestLine] = queue.Queue()
        self.cancelled: set[str] = set()

    def serve(self) -> None:
        if self.start == "dies":
            die(3, "no module named torch")
        if self.start == "stays":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        threading.Thread(target=self.listen, daemon=True).start()
        while True:
            line = self.requests.get()
            self.answer(line.id, line.request)

    def listen(self) -> None:
        for text in sys.stdin.buffer:
            line = wire.decode_host_line(text.removesuffix(b"\n"))
            if isinstance(line, RequestLine):
                self.requests.put(line)
            elif isinstance(line, protocol.Cancel):
                self.cancelled.add(line.job)
            else:
                os._exit(0)
        if self.start != "stays":
            os._exit(0)

    def answer(self, request_id: int, request: protocol.Request) -> None:
        if isinstance(request, Initialize):
            WISHES["best batch"] = request.best_batch or 1
            STARTS[self.start](self, request_id)
        elif isinstance(request, WarmUp):
            WARM_UPS[Path(request.photo_path).stem](lambda: request.job in self.cancelled, request_id, request)
        elif isinstance(request, CutOut):
            CUT_OUTS[Path(request.photo_path).stem](lambda: request.job in self.cancelled, request_id, request)
        elif isinstance(request, Reconstruct):
            say(wire.encode_notification(WITH_MODEL))
            what = PHOTOS[Path(request.photo_path).stem.partition("_")[0]]
            what(lambda: request.job in self.cancelled, request_id, request)
        elif isinstance(request, Extract | SampleColours | BakeTexture | Review | DrawSheet | RenderViews):
            self.answer_about_result(request_id, request)
        elif isinstance(request, protocol.Unload):
            say(wire.encode_notification(WITHOUT_MODEL))
            say(wire.encode_result(request_id, protocol.Unloaded(had_model=True)))
        elif self.start != "stays":
            say(wire.encode_result(request_id, protocol.ShutDown()))
            os._exit(0)

    def answer_about_result(
        self, request_id: int, request: Extract | SampleColours | BakeTexture | Review | DrawSheet | RenderViews
    ) -> None:
        if isinstance(request, DrawSheet):
            draws_sheet(request_id, request)
        elif isinstance(request, RenderViews):
            renders_views(request_id, request)
        elif isinstance(request, Review):
            REVIEWS[name_of(request)](request_id, request)
        elif isinstance(request, Extract) and (photo := Path(request.mesh_path).with_name("photo")).is_file():
            MESHES[photo.read_text()](request_id, request)
        else:
            what = FIELDS[Path(request.field_path).name.partition(".")[0]]
            what(lambda: request.job in self.cancelled, request_id, request)


# --- initialize ------------------------------------------------------------------------------------------------------


def initialized(version: int = protocol.PROTOCOL_VERSION) -> Initialized:
    return Initialized(version, os.getpid(), "cpu", "Fake CPU", 8 << 30, {"python": "3"})


def starts(worker: FakeWorker, request_id: int) -> None:
    say(wire.encode_notification(protocol.Log("info", "fake worker is up")))
    say(wire.encode_result(request_id, initialized()))


def starts_slowly(worker: FakeWorker, request_id: int) -> None:
    time.sleep(0.5)
    starts(worker, request_id)


def hangs_at_start(worker: FakeWorker, request_id: int) -> None:
    time.sleep(LONG)


def speaks_another_version(worker: FakeWorker, request_id: int) -> None:
    say(b'{"jsonrpc":"2.0","id":%d,"result":{"protocol_version":999,"colour":"mauve"}}\n' % request_id)


def refuses_to_start(worker: FakeWorker, request_id: int) -> None:
    error = ErrorReport("DEVICE_MISSING", "There is no such device. Choose another in the preferences.", "cuda:9")
    say(wire.encode_error(request_id, error))


def tells_its_environment(worker: FakeWorker, request_id: int) -> None:
    versions = {name: os.environ[name] for name in os.environ} | {"flags.isolated": str(sys.flags.isolated)}
    versions |= {"flags.utf8_mode": str(sys.flags.utf8_mode), "process group": str(os.getpgrp())}
    say(wire.encode_result(request_id, Initialized(protocol.PROTOCOL_VERSION, os.getpid(), "cpu", "", 0, versions)))


STARTS: Mapping[str, Callable[[FakeWorker, int], None]] = {
    "starts": starts,
    "stays": starts,
    "starts-slowly": starts_slowly,
    "hangs": hangs_at_start,
    "speaks-another-version": speaks_another_version,
    "refuses": refuses_to_start,
    "tells-its-environment": tells_its_environment,
}


# --- extract ---------------------------------------------------------------------------------------------------------


def makes_mesh(request_id: int, request: Extract) -> None:
    for step in protocol.STEPS[5:]:
        tell(request, step, 0.0)
        tell(request, step, 1.0)
    Path(request.mesh_path).write_bytes(b"dummy mesh")
    say_extracted(request_id, request)


def makes_no_mesh(request_id: int, request: Extract) -> None:
    say_extracted(request_id, request)


def makes_mesh_twice(request_id: int, request: Extract) -> None:
    makes_mesh(request_id, request)
    say_extracted(request_id, request)


def makes_empty_mesh(request_id: int, request: Extract) -> None:
    Path(request.mesh_path).write_bytes(b"")
    say_extracted(request_id, request)


def dies_at_mesh(request_id: int, request: Extract) -> None:
    tell(request, "extract", 0.5)
    die(7, "Segmentation fault, said the fake")


def dies_when_done(request_id: int, request: Extract) -> None:
    makes_mesh(request_id, request)
    die(7, "Out of memory, said the fake")


def finds_no_surface(request_id: int, request: Extract) -> None:
    error = ErrorReport("SURFACE_EMPTY", "There is no surface at this threshold. Lower it.", "0 triangles")
    say(wire.encode_error(request_id, error))


def say_extracted(request_id: int, request: Extract) -> None:
    result = Extracted(request.mesh_path, vertices=4, triangles=4, closed=True, seconds={"extract": 0.3})
    say(wire.encode_result(request_id, result))


MESHES: dict[str, Callable[[int, Extract], None]] = {
    **dict.fromkeys(PHOTOS, makes_mesh),
    "dies-at-its-mesh": dies_at_mesh,
    "dies-when-done": dies_when_done,
    "makes-no-mesh": makes_no_mesh,
    "makes-mesh-twice": makes_mesh_twice,
    "makes-empty-mesh": makes_empty_mesh,
    "reports-failure-of-mesh": finds_no_surface,
}

if __name__ == "__main__":
    FakeWorker(sys.argv[1]).serve()
