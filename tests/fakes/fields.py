# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake worker does with a field file that no photo of its own made, by the file's name."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fakes.voice import LONG, die, say, tell
from triposr_addon import protocol, wire
from triposr_addon.protocol import (
    BakeTexture,
    ColoursSampled,
    ErrorReport,
    Extract,
    Extracted,
    SampleColours,
    TextureBaked,
)

IsCancelled = Callable[[], bool]
Question = Extract | SampleColours | BakeTexture


def answers(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    tell(request, "colour", 0.5)
    Path(result_path(request)).write_text(Path(request.field_path).name)
    say_answer(request_id, request)


def result_path(request: Question) -> str:
    if isinstance(request, BakeTexture):
        return request.colour_path
    return request.mesh_path if isinstance(request, Extract) else request.colours_path


def say_answer(request_id: int, request: Question) -> None:
    say(wire.encode_result(request_id, answer_to(request)))


def answer_to(request: Question) -> Extracted | ColoursSampled | TextureBaked:
    if isinstance(request, BakeTexture):
        return TextureBaked(request.colour_path, 50.0, 0.5, 1.5, 0.6, 20, 0.05, 700, seconds={"bake texture": 0.2})
    if isinstance(request, SampleColours):
        return ColoursSampled(request.colours_path, points=5, seconds={"colour": 0.1})
    return Extracted(
        request.mesh_path,
        vertices=request.settings.resolution,
        triangles=4,
        closed=True,
        seconds={"extract": 0.3},
        device="cpu",
        warnings=["Little memory."],
    )


def works_until_cancelled(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    deadline = time.monotonic() + LONG
    while not cancelled() and time.monotonic() < deadline:
        tell(request, "colour", 0.5, "still at it")
        time.sleep(0.02)
    say(wire.encode_error(request_id, ErrorReport(protocol.CANCELLED, "Cancelled.")))


def answers_although_cancelled(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    tell(request, "colour", 0.5)
    time.sleep(0.5)
    answers(cancelled, request_id, request)


def never_answers(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    tell(request, "colour", 0.5)
    time.sleep(LONG)


def promises_a_file(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    say_answer(request_id, request)


def is_no_field(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    say(wire.encode_error(request_id, ErrorReport("FIELD_FILE_UNREADABLE", "That is not a field.", "cut short")))


def dies(cancelled: IsCancelled, request_id: int, request: Question) -> None:
    die(7, "out of luck, said the fake")


FIELDS: Mapping[str, Callable[[IsCancelled, int, Question], None]] = {
    "good": answers,
    "another": answers,
    "works-until-cancelled": works_until_cancelled,
    "answers-although-cancelled": answers_although_cancelled,
    "never-answers": never_answers,
    "promises-a-file": promises_a_file,
    "is-no-field": is_no_field,
    "dies": dies,
}
