# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake worker does to get ready for a photo, by the photo's name."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from tests.fakes.voice import LONG, die, say, tell
from triposr_addon import protocol, wire
from triposr_addon.protocol import ErrorReport, WarmedUp, WarmUp

IsCancelled = Callable[[], bool]


def warms_up(cancelled: IsCancelled, request_id: int, request: WarmUp) -> None:
    tell(request, "load model", 0.0)
    tell(request, "load model", 1.0)
    say(wire.encode_result(request_id, WarmedUp({"load model": 0.25})))


def warms_up_until_cancelled(cancelled: IsCancelled, request_id: int, request: WarmUp) -> None:
    deadline = time.monotonic() + LONG
    while not cancelled() and time.monotonic() < deadline:
        tell(request, "load model", 0.5)
        time.sleep(0.02)
    say(wire.encode_error(request_id, ErrorReport(protocol.CANCELLED, "The job was cancelled.")))


def warms_up_slowly(cancelled: IsCancelled, request_id: int, request: WarmUp) -> None:
    tell(request, "load model", 0.5, "half of it")
    time.sleep(1.0)
    warms_up(cancelled, request_id, request)


def dies_warming_up(cancelled: IsCancelled, request_id: int, request: WarmUp) -> None:
    die(7, "out of luck, said the fake")


def can_not_warm_up(cancelled: IsCancelled, request_id: int, request: WarmUp) -> None:
    error = ErrorReport("MODEL_FILE_MISSING", "The model is not whole. Install it again.", "model.ckpt")
    say(wire.encode_error(request_id, error))


WARM_UPS: Mapping[str, Callable[[IsCancelled, int, WarmUp], None]] = defaultdict(
    lambda: warms_up,
    {
        "warms-up-until-cancelled": warms_up_until_cancelled,
        "warms-up-slowly": warms_up_slowly,
        "dies-warming-up": dies_warming_up,
        "can-not-warm-up": can_not_warm_up,
    },
)
