# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker in bare Python that misbehaves on purpose; a real process that speaks the real protocol.

    python -I fake_worker.py START

START says what it does with `initialize` (see STARTS); what it does with a photo is said by the photo's name (see
PHOTOS): `dies.png` makes it die, `good.png` gives dummy files. So one worker can go through a bad job and a good one.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from triposr_addon import protocol
from triposr_addon.protocol import (
    ErrorReport,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    Progress,
    Reconstruct,
    Reconstructed,
    RequestLine,
)

LONG = 60.0
"""Seconds; longer than any test waits, yet an end."""


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
            line = protocol.decode_host_line(text.removesuffix(b"\n"))
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
            STARTS[self.start](self, request_id)
        elif isinstance(request, Reconstruct):
            PHOTOS[Path(request.photo_path).stem](self, request_id, request)
        elif isinstance(request, Extract):
            MESHES[Path(request.mesh_path).parent.joinpath("photo").read_text()](request_id, request)
        elif isinstance(request, protocol.Unload):
            say(protocol.encode_result(request_id, protocol.Unloaded(had_model=True)))
        elif self.start != "stays":
            say(protocol.encode_result(request_id, protocol.ShutDown()))
            os._exit(0)


def say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def die(code: int, last_words: str) -> None:
    os.write(2, last_words.encode() + b"\n")
    os._exit(code)


def tell(request: Reconstruct | Extract, step: str, fraction: float, detail: str = "") -> None:
    say(protocol.encode_notification(Progress(request.job, step, fraction, detail)))


# --- initialize ------------------------------------------------------------------------------------------------------


def initialized(version: int = protocol.PROTOCOL_VERSION) -> Initialized:
    return Initialized(version, os.getpid(), "cpu", "Fake CPU", 8 << 30, {"python": "3"})


def starts(worker: FakeWorker, request_id: int) -> None:
    say(protocol.encode_notification(protocol.Log("info", "fake worker is up")))
    say(protocol.encode_result(request_id, initialized()))


def starts_slowly(worker: FakeWorker, request_id: int) -> None:
    time.sleep(0.5)
    starts(worker, request_id)


def hangs_at_start(worker: FakeWorker, request_id: int) -> None:
    time.sleep(LONG)


def speaks_another_version(worker: FakeWorker, request_id: int) -> None:
    say(b'{"jsonrpc":"2.0","id":%d,"result":{"protocol_version":999,"colour":"mauve"}}\n' % request_id)


def refuses_to_start(worker: FakeWorker, request_id: int) -> None:
    error = ErrorReport("DEVICE_MISSING", "There is no such device. Choose another in the preferences.", "cuda:9")
    say(protocol.encode_error(request_id, error))


def tells_its_environment(worker: FakeWorker, request_id: int) -> None:
    versions = {name: os.environ[name] for name in os.environ} | {"flags.isolated": str(sys.flags.isolated)}
    versions |= {"flags.utf8_mode": str(sys.flags.utf8_mode), "process group": str(os.getpgrp())}
    say(protocol.encode_result(request_id, Initialized(protocol.PROTOCOL_VERSION, os.getpid(), "cpu", "", 0, versions)))


STARTS: Mapping[str, Callable[[FakeWorker, int], None]] = {
    "starts": starts,
    "stays": starts,
    "starts-slowly": starts_slowly,
    "hangs": hangs_at_start,
    "speaks-another-version": speaks_another_version,
    "refuses": refuses_to_start,
    "tells-its-environment": tells_its_environment,
}


# --- reconstruct -----------------------------------------------------------------------------------------------------


def makes_field(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    for step in protocol.STEPS[:5]:
        tell(request, step, 0.0)
        tell(request, step, 1.0, f"done with {step}")
    say(protocol.encode_result(request_id, reconstructed(request)))


def reconstructed(request: Reconstruct) -> Reconstructed:
    Path(request.field_path).write_bytes(b"dummy field")
    Path(request.cutout_path).write_bytes(b"dummy cut-out")
    Path(request.field_path).with_name("photo").write_text(Path(request.photo_path).stem)
    seconds = {"load photo": 0.1, "reconstruct": 0.2}
    return Reconstructed(request.field_path, "fake", "ab" * 32, "cpu", seconds, ["The photo is small."])


def dies(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    tell(request, "load photo", 0.5)
    die(7, "Segmentation fault, said the fake")


def is_killed(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_leaving_a_child(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({LONG})"])
    die(7, f"child {child.pid}")


def starts_a_child(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({LONG})"])
    Path(request.field_path).with_name("child").write_text(str(child.pid))
    tell(request, "load photo", 0.5)
    time.sleep(LONG)


def hangs(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    tell(request, "reconstruct", 0.5, "and then nothing")
    time.sleep(LONG)


def works_until_cancelled(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    wait_for_cancel(worker, request)
    say(protocol.encode_error(request_id, ErrorReport(protocol.CANCELLED, "The job was cancelled.")))


def answers_although_cancelled(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    wait_for_cancel(worker, request)
    say(protocol.encode_result(request_id, reconstructed(request)))
    tell(request, "reconstruct", 1.0, "a word too late")


def wait_for_cancel(worker: FakeWorker, request: Reconstruct) -> None:
    deadline = time.monotonic() + LONG
    while request.job not in worker.cancelled and time.monotonic() < deadline:
        tell(request, "reconstruct", 0.5)
        time.sleep(0.02)


def answers_late(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    time.sleep(3.0)
    makes_field(worker, request_id, request)


def babbles(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(b"Downloading: 100%|#####|\n")
    makes_field(worker, request_id, request)


def cuts_a_line(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(protocol.encode_result(request_id, reconstructed(request))[:40])
    die(1, "cut")


def answers_twice(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    line = protocol.encode_result(request_id, reconstructed(request))
    say(line + line)


def answers_a_stranger(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(protocol.encode_result(request_id + 1000, reconstructed(request)))


def answers_nobody(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(protocol.encode_error(None, ErrorReport("MALFORMED_REQUEST", "A request could not be read.")))


def answers_with_wrong_fields(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(protocol.encode_result(request_id, protocol.Unloaded(had_model=True)))


def tells_an_unknown_step(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    tell(request, "make tea", 0.5)


def tells_wild_fractions(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    for fraction in (0.5, -3.0, 7.0, 0.25):
        tell(request, "reconstruct", fraction)
    makes_field(worker, request_id, request)


def writes_without_end(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    while True:
        sys.stdout.buffer.write(b"x" * 65536)


def writes_a_gigantic_line(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(b'{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"' + b"x" * (2 << 20) + b'"}}\n')


def writes_invalid_utf8(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    say(b'{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"\xff\xfe"}}\n')


def fills_stderr(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    for number in range(40_000):
        sys.stderr.write(f"warning {number}: " + "tokenizers are forked " * 5 + "\n")
    sys.stderr.flush()
    makes_field(worker, request_id, request)


def floods_with_progress(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    for number in range(20_000):
        tell(request, "reconstruct", number / 20_000)
    makes_field(worker, request_id, request)


def closes_stdout(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    os.close(1)
    time.sleep(LONG)


def reports_failure(worker: FakeWorker, request_id: int, request: Reconstruct) -> None:
    error = ErrorReport("PHOTO_UNREADABLE", "The file is not a picture. Choose another.", "UnidentifiedImageError")
    say(protocol.encode_error(request_id, error))


PHOTOS: Mapping[str, Callable[[FakeWorker, int, Reconstruct], None]] = {
    "good": makes_field,
    "reports-failure-of-mesh": makes_field,
    "makes-no-mesh": makes_field,
    "makes-empty-mesh": makes_field,
    "dies": dies,
    "is-killed": is_killed,
    "dies-leaving-a-child": dies_leaving_a_child,
    "starts-a-child": starts_a_child,
    "hangs": hangs,
    "works-until-cancelled": works_until_cancelled,
    "answers-although-cancelled": answers_although_cancelled,
    "answers-late": answers_late,
    "babbles": babbles,
    "cuts-a-line": cuts_a_line,
    "answers-twice": answers_twice,
    "answers-a-stranger": answers_a_stranger,
    "answers-nobody": answers_nobody,
    "answers-with-wrong-fields": answers_with_wrong_fields,
    "tells-an-unknown-step": tells_an_unknown_step,
    "tells-wild-fractions": tells_wild_fractions,
    "writes-without-end": writes_without_end,
    "writes-a-gigantic-line": writes_a_gigantic_line,
    "writes-invalid-utf8": writes_invalid_utf8,
    "fills-stderr": fills_stderr,
    "floods-with-progress": floods_with_progress,
    "closes-stdout": closes_stdout,
    "reports-failure": reports_failure,
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


def makes_empty_mesh(request_id: int, request: Extract) -> None:
    Path(request.mesh_path).write_bytes(b"")
    say_extracted(request_id, request)


def finds_no_surface(request_id: int, request: Extract) -> None:
    error = ErrorReport("SURFACE_EMPTY", "There is no surface at this threshold. Lower it.", "0 triangles")
    say(protocol.encode_error(request_id, error))


def say_extracted(request_id: int, request: Extract) -> None:
    result = Extracted(request.mesh_path, vertices=4, triangles=4, closed=True, seconds={"extract": 0.3})
    say(protocol.encode_result(request_id, result))


MESHES: dict[str, Callable[[int, Extract], None]] = {
    **dict.fromkeys(PHOTOS, makes_mesh),
    "makes-no-mesh": makes_no_mesh,
    "makes-empty-mesh": makes_empty_mesh,
    "reports-failure-of-mesh": finds_no_surface,
}

if __name__ == "__main__":
    FakeWorker(sys.argv[1]).serve()
