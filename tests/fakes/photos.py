# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake worker does with a photo, by its name: `dies.png` makes it die, `good.png` and `good_2.png` give
dummy files.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fakes.voice import LONG, die, say, tell
from triposr_addon import protocol, wire
from triposr_addon.protocol import ErrorReport, Reconstruct, Reconstructed

IsCancelled = Callable[[], bool]

WISHES = {"best batch": 1}
"""What the fake worker says with each field; `initialize` may set it."""


def makes_field(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    for step in protocol.STEPS[:5]:
        tell(request, step, 0.0)
        tell(request, step, 1.0, f"done with {step}")
    say(wire.encode_result(request_id, reconstructed(request)))


def reconstructed(request: Reconstruct) -> Reconstructed:
    Path(request.field_path).write_bytes(b"dummy field")
    Path(request.cutout_path).write_bytes(b"dummy cut-out")
    Path(request.field_path).with_name("photo").write_text(Path(request.photo_path).stem.partition("_")[0])
    Path(request.field_path).with_name("followers").write_text(str(request.followers))
    seconds = {"load photo": 0.1, "reconstruct": 0.2}
    made_by = "fake", "ab" * 32, "cpu"
    return Reconstructed(
        request.field_path, *made_by, seconds, ["The photo is small."], best_batch=WISHES["best batch"]
    )


def dies(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    tell(request, "load photo", 0.5)
    die(7, "Segmentation fault, said the fake")


def is_killed(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_leaving_a_child(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({LONG})"])
    die(7, f"child {child.pid}")


def starts_a_child(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({LONG})"])
    Path(request.field_path).with_name("child").write_text(str(child.pid))
    tell(request, "load photo", 0.5)
    time.sleep(LONG)


def hangs(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    tell(request, "reconstruct", 0.5, "and then nothing")
    time.sleep(LONG)


def works_until_cancelled(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    wait_for_cancel(cancelled, request)
    say(wire.encode_error(request_id, ErrorReport(protocol.CANCELLED, "The job was cancelled.")))


def answers_although_cancelled(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    wait_for_cancel(cancelled, request)
    say(wire.encode_result(request_id, reconstructed(request)))
    tell(request, "reconstruct", 1.0, "a word too late")


def wait_for_cancel(cancelled: IsCancelled, request: Reconstruct) -> None:
    deadline = time.monotonic() + LONG
    while not cancelled() and time.monotonic() < deadline:
        tell(request, "reconstruct", 0.5)
        time.sleep(0.02)


def answers_late(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    time.sleep(3.0)
    makes_field(cancelled, request_id, request)


def answers_in_a_while(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    time.sleep(0.6)
    makes_field(cancelled, request_id, request)


def babbles(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(b"Downloading: 100%|#####|\n")
    makes_field(cancelled, request_id, request)


def cuts_a_line(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(wire.encode_result(request_id, reconstructed(request))[:40])
    die(1, "cut")


def answers_twice(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    line = wire.encode_result(request_id, reconstructed(request))
    say(line + line)


def answers_a_stranger(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(wire.encode_result(request_id + 1000, reconstructed(request)))


def answers_nobody(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(wire.encode_error(None, ErrorReport("MALFORMED_REQUEST", "A request could not be read.")))


def answers_with_wrong_fields(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(wire.encode_result(request_id, protocol.Unloaded(had_model=True)))


def tells_an_unknown_step(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    tell(request, "make tea", 0.5)


def tells_wild_fractions(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    for fraction in (0.5, -3.0, 7.0, 0.25):
        tell(request, "reconstruct", fraction)
    makes_field(cancelled, request_id, request)


def tells_a_step_of_others(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    tell(request, "draw sheet", 0.5)
    makes_field(cancelled, request_id, request)


def floods_with_long_lines(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    for _ in range(40):
        say(wire.encode_notification(protocol.Log("info", "x" * 900_000)))
    makes_field(cancelled, request_id, request)


def closes_stdin(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    makes_field(cancelled, request_id, request)
    time.sleep(LONG)


def writes_without_end(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    while True:
        sys.stdout.buffer.write(b"x" * 65536)


def writes_a_gigantic_line(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(b'{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"' + b"x" * (2 << 20) + b'"}}\n')


def writes_invalid_utf8(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    say(b'{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"\xff\xfe"}}\n')


def fills_stderr(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    for number in range(40_000):
        sys.stderr.write(f"warning {number}: " + "tokenizers are forked " * 5 + "\n")
    sys.stderr.flush()
    makes_field(cancelled, request_id, request)


def floods_with_progress(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    for number in range(20_000):
        tell(request, "reconstruct", number / 20_000)
    makes_field(cancelled, request_id, request)


def closes_stdout(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    os.close(1)
    time.sleep(LONG)


def reports_failure(cancelled: IsCancelled, request_id: int, request: Reconstruct) -> None:
    error = ErrorReport("PHOTO_UNREADABLE", "The file is not a picture. Choose another.", "UnidentifiedImageError")
    say(wire.encode_error(request_id, error))


PHOTOS: Mapping[str, Callable[[IsCancelled, int, Reconstruct], None]] = {
    "good": makes_field,
    "reports-failure-of-mesh": makes_field,
    "makes-no-mesh": makes_field,
    "reports-failure-of-review": makes_field,
    "makes-empty-mesh": makes_field,
    "dies-at-its-mesh": makes_field,
    "dies-when-done": makes_field,
    "dies": dies,
    "is-killed": is_killed,
    "dies-leaving-a-child": dies_leaving_a_child,
    "starts-a-child": starts_a_child,
    "hangs": hangs,
    "works-until-cancelled": works_until_cancelled,
    "answers-although-cancelled": answers_although_cancelled,
    "answers-late": answers_late,
    "answers-in-a-while": answers_in_a_while,
    "babbles": babbles,
    "cuts-a-line": cuts_a_line,
    "answers-twice": answers_twice,
    "answers-a-stranger": answers_a_stranger,
    "answers-nobody": answers_nobody,
    "answers-with-wrong-fields": answers_with_wrong_fields,
    "tells-an-unknown-step": tells_an_unknown_step,
    "tells-a-step-of-others": tells_a_step_of_others,
    "floods-with-long-lines": floods_with_long_lines,
    "closes-stdin": closes_stdin,
    "makes-mesh-twice": makes_field,
    "tells-wild-fractions": tells_wild_fractions,
    "writes-without-end": writes_without_end,
    "writes-a-gigantic-line": writes_a_gigantic_line,
    "writes-invalid-utf8": writes_invalid_utf8,
    "fills-stderr": fills_stderr,
    "floods-with-progress": floods_with_progress,
    "closes-stdout": closes_stdout,
    "reports-failure": reports_failure,
}
