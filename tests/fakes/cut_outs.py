# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake worker does to cut a photo out, by the photo's name."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fakes.voice import LONG, die, say, tell
from triposr_addon import protocol, wire
from triposr_addon.protocol import CutOut, CutOutMade, ErrorReport

IsCancelled = Callable[[], bool]


def cuts_out(cancelled: IsCancelled, request_id: int, request: CutOut) -> None:
    """Its files hold the photo itself, so that they are a picture where the photo is."""
    tell(request, "cut out", 0.5)
    for path in filter(None, (request.cutout_path, request.mask_path, request.paint_path)):
        copy_photo(request, path)
    method = "painted" if request.settings.mask_path else "flat"
    warnings = ["The subject is only 9 pixels across."]
    say_made(request_id, CutOutMade(request.cutout_path, request.mask_path, method, "", warnings, {"cut out": 0.1}))


def finds_nothing(cancelled: IsCancelled, request_id: int, request: CutOut) -> None:
    for path in filter(None, (request.mask_path, request.paint_path)):
        copy_photo(request, path)
    say_made(request_id, CutOutMade("", request.mask_path, "flat", "", ["No subject was found in the photo."]))


def copy_photo(request: CutOut, path: str) -> None:
    if Path(request.photo_path).is_file():
        shutil.copyfile(request.photo_path, path)
    else:
        Path(path).write_bytes(b"dummy cut-out")


def cuts_out_until_cancelled(cancelled: IsCancelled, request_id: int, request: CutOut) -> None:
    deadline = time.monotonic() + LONG
    while not cancelled() and time.monotonic() < deadline:
        tell(request, "cut out", 0.5)
        time.sleep(0.02)
    say(wire.encode_error(request_id, ErrorReport(protocol.CANCELLED, "The job was cancelled.")))


def cuts_out_although_cancelled(cancelled: IsCancelled, request_id: int, request: CutOut) -> None:
    """As a network does that can't be stopped; the files may go meanwhile."""
    time.sleep(0.5)
    say_made(request_id, CutOutMade(request.cutout_path, request.mask_path, "rembg", "u2net"))


def dies_cutting_out(cancelled: IsCancelled, request_id: int, request: CutOut) -> None:
    die(7, "out of luck, said the fake")


def can_not_cut_out(cancelled: IsCancelled, request_id: int, request: CutOut) -> None:
    error = ErrorReport("ALPHA_MISSING", "The photo has no transparency. Choose another method.", "")
    say(wire.encode_error(request_id, error))


def say_made(request_id: int, made: CutOutMade) -> None:
    say(wire.encode_result(request_id, made))


CUT_OUTS: Mapping[str, Callable[[IsCancelled, int, CutOut], None]] = defaultdict(
    lambda: cuts_out,
    {
        "shows-nothing": finds_nothing,
        "cuts-out-until-cancelled": cuts_out_until_cancelled,
        "cuts-out-although-cancelled": cuts_out_although_cancelled,
        "dies-cutting-out": dies_cutting_out,
        "can-not-cut-out": can_not_cut_out,
    },
)
