# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message survives the wire, and a broken one is refused and never anything worse."""

from __future__ import annotations

import dataclasses
import json
import random
import typing

import pytest

from triposr_addon import protocol, wire
from triposr_addon.protocol import (
    BakeTexture,
    Cancel,
    ColoursSampled,
    CutOut,
    CutOutMade,
    DrawSheet,
    ErrorReport,
    Exit,
    Extract,
    Extracted,
    Frame,
    Heartbeat,
    HostNotification,
    Initialize,
    Initialized,
    Log,
    MemoryHeld,
    PhotoCamera,
    PhotoSettings,
    Progress,
    Reconstruct,
    Reconstructed,
    RenderViews,
    Request,
    Result,
    Review,
    Reviewed,
    SampleColours,
    SheetDrawn,
    ShutDown,
    Shutdown,
    SurfaceSettings,
    TextureBaked,
    TextureSettings,
    Unload,
    Unloaded,
    ViewSettings,
    ViewsRendered,
    WarmedUp,
    WarmUp,
    WorkerNotification,
)
from triposr_addon.wire import (
    ErrorLine,
    MalformedMessage,
    RequestLine,
    ResultLine,
    decode_host_line,
    decode_worker_line,
)

CUT_OUT = CutOut("c1", "/a/photo.png", "c", "m")
REVIEW = Review("r1", "m.npz", "cutout.png", "p", "t")
SHEET = DrawSheet("d1", "log.jsonl", "/a/photos", "sheet.png")
TEXTURE = BakeTexture(
    "b1",
    "f",
    ["lod0.npz", "lod1.npz"],
    "colour.png",
    TextureSettings(2048, 16, True, 12.0, 0.7, True),
    "n.png",
    "p.png",
    Frame(1, 2, 3, 4, 5),
    PhotoCamera(2.0),
)
VIEWS = RenderViews("v1", "f", "/a/folder")
CAMERA = PhotoCamera(1.8, 10.0, -5.0, 40.0, 0.01, 0.02)
FRAME = Frame(-20, 7, 512, 400, 500)
REQUESTS: tuple[Request, ...] = (
    Initialize(1),
    Initialize(1, "/rembg", "cuda:1"),
    Reconstruct("j1", "/a/photo.png", "/models/preview", "/out/field"),
    Reconstruct("j1", "C:\\Bilder\\Müller 写真.png", "m", "f", "c", PhotoSettings("flat", 0.7)),
    Reconstruct("j1", "not utf-8 \udcff\udc80.png", 'quote " and \\ and \n line', "f"),
    Extract("j2", "f", "m.npz"),
    Extract("j2", "f", "m.npz", SurfaceSettings(64, 0.39)),
    Extract("j2", "f", "m.npz", SurfaceSettings(64, 0.39, False, "secant", True, 0.7, 0.05, 10, 0.1)),
    WarmUp("w1", "/models/preview"),
    WarmUp("w1", "m", "/a/photo.png", "rembg"),
    CutOut("c1", "/a/photo.png", "/out/cutout.png"),
    CutOut("c1", "p", "c", "m", "q", "/r", PhotoSettings("rembg", 0.7, "u2net", 0.25, True, True, "/m/m.png", True)),
    SampleColours("s1", "f", "points.npz", "colours.npz"),
    SampleColours("s1", "f", "p", "c", symmetry=True),
    Unload(),
    Shutdown(),
    Review("r1", "m.npz", "cutout.png"),
    REVIEW,
    SHEET,
    BakeTexture("b1", "f", ["mesh.npz"], "colour.png"),
    TEXTURE,
    VIEWS,
    RenderViews("v1", "f", "/a/folder", ViewSettings(8, 128, 45.0, 90.0, 30.0, 40.0, 0.1, 64, symmetry=True), 4),
    Initialize(1, "/rembg", "cuda", "/data/best_batch.json", 4),
    Reconstruct("j1", "a.png", "m", "f", "c", PhotoSettings("flat"), 3),
)
RESULTS: tuple[tuple[Request, Result], ...] = (
    (REQUESTS[0], Initialized(1, 4711, "cuda:0", "GPU", 150 << 30, {"torch": "2.13.0"})),
    (REQUESTS[2], Reconstructed("f", "preview", "ab" * 32, "cpu", {"load photo": 0.25}, ["small", "dark"], FRAME)),
    (REQUESTS[2], Reconstructed("f", "preview", "", "cpu")),
    (REQUESTS[2], Reconstructed("f", "preview", "", "cuda:0", best_batch=4)),
    (REQUESTS[5], Extracted("m.npz", 126_698, 253_392, True, {"extract": 1.5})),
    (REQUESTS[8], WarmedUp({"load model": 1.5, "cut out": 2.0})),
    (CUT_OUT, CutOutMade("c", "m", "rembg", "u2net", ["The subject is tiny."], {"cut out": 0.1}, FRAME, turned=True)),
    (CUT_OUT, CutOutMade("", "m", "flat")),
    (REQUESTS[12], ColoursSampled("colours.npz", 126_698, {"colour": 0.5})),
    (REVIEW, Reviewed("p", "t", 0.8, 0.9, CAMERA, 0.1, 0.05, 0.02, 2, 0.75, True, 4, [0.5, 0.4, 1.0], {"review": 0.4})),
    (SHEET, SheetDrawn(["sheet.png", "sheet-2.png"], 23, {"draw sheet": 0.4})),
    (
        TEXTURE,
        TextureBaked("c.png", 57.5, 0.5, 0.75, 0.6, 63, 0.02, 700, "n.png", 0.2, {"bake texture": 0.4}, "cpu", ["x"]),
    ),
    (VIEWS, ViewsRendered(["frame_0001.png"], "sheet.png", 500_000, {"render views": 1.5})),
    (Unload(), Unloaded(had_model=False)),
    (Shutdown(), ShutDown()),
)
HOST_NOTIFICATIONS: tuple[HostNotification, ...] = (Cancel("j1"), Exit())
WORKER_NOTIFICATIONS: tuple[WorkerNotification, ...] = (
    Progress("j1", "reconstruct", 0.5),
    Progress("j1", "extract", 1.0, "slab 3 of 9"),
    Log("warning", "two\nlines and a \t tab"),
    Heartbeat(12.5),
    MemoryHeld(),
    MemoryHeld("preview", 7_500_000, 7_500_000, 9 << 20, 32 << 20, 450 << 20, ["u2net"]),
)


def unended(line: bytes) -> bytes:
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return line[:-1]


def said(**message: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


@pytest.mark.parametrize("request_", REQUESTS)
def test_requests_survive(request_: Request) -> None:
    assert decode_host_line(unended(wire.encode_request(17, request_))) == RequestLine(17, request_)


@pytest.mark.parametrize("notification", HOST_NOTIFICATIONS)
def test_notifications_to_the_worker_survive(notification: HostNotification) -> None:
    assert decode_host_line(unended(wire.encode_notification(notification))) == notification


@pytest.mark.parametrize("notification", WORKER_NOTIFICATIONS)
def test_notifications_to_the_host_survive(notification: WorkerNotification) -> None:
    assert decode_worker_line(unended(wire.encode_notification(notification))) == notification


@pytest.mark.parametrize(("request_", "result"), RESULTS)
def test_results_survive(request_: Request, result: Result) -> None:
    line = decode_worker_line(unended(wire.encode_result(3, result)))
    assert isinstance(line, ResultLine)
    assert line.id == 3
    assert wire.result_from_json(request_, line.result) == result


@pytest.mark.parametrize("request_id", [None, 0, 12])
def test_errors_survive(request_id: int | None) -> None:
    report = ErrorReport("PHOTO_UNREADABLE", "Das ist kein Bild: größer.", "Traceback\n  line 1")
    assert decode_worker_line(unended(wire.encode_error(request_id, report))) == ErrorLine(request_id, report)


def test_the_tables_above_hold_every_message() -> None:
    tested: set[type] = {type(message) for message in (*REQUESTS, *HOST_NOTIFICATIONS, *WORKER_NOTIFICATIONS)}
    tested |= {type(result) for _, result in RESULTS}
    kinds = (Request, Result, HostNotification, WorkerNotification)
    assert tested == {kind for union in kinds for kind in typing.get_args(union)}


def test_every_request_has_its_result() -> None:
    assert set(protocol.RESULT_OF) == set(typing.get_args(Request))
    assert set(protocol.RESULT_OF.values()) == set(typing.get_args(Result))


def test_every_field_can_be_checked() -> None:
    """A field of a type that the reader does not know would refuse every message."""
    for kind in (*typing.get_args(Request), *typing.get_args(Result), Cancel, Exit, Progress, Log):
        for entry in dataclasses.fields(kind):
            hint = typing.get_type_hints(kind)[entry.name]
            plain = {str, int, float, bool, Frame, PhotoCamera, PhotoSettings, SurfaceSettings, TextureSettings}
            plain |= {ViewSettings}
            assert hint in plain or typing.get_origin(hint) in (list, dict), f"{kind.__name__}.{entry.name}"


def test_a_missing_field_with_a_default_takes_it() -> None:
    line = said(id=1, method="extract", params={"job": "j", "field_path": "f", "mesh_path": "m"})
    assert decode_host_line(line) == RequestLine(1, Extract("j", "f", "m", SurfaceSettings(256, 25.0)))


def test_a_whole_number_is_a_float_too() -> None:
    message = decode_worker_line(said(method="progress", params={"job": "j", "step": "extract", "fraction": 1}))
    assert message == Progress("j", "extract", 1.0)
    assert isinstance(message, Progress)
    assert type(message.fraction) is float


def test_a_line_of_the_longest_length_is_read_and_one_byte_more_is_not() -> None:
    overhead = len(unended(wire.encode_notification(Log("info", ""))))
    fits = unended(wire.encode_notification(Log("info", "x" * (wire.LONGEST_LINE_BYTES - overhead))))
    assert isinstance(decode_worker_line(fits), Log)
    with pytest.raises(MalformedMessage, match="line too long"):
        decode_worker_line(fits + b" ")


def test_numbers_that_json_does_not_know_are_not_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.encode_notification(Progress("j", "extract", float("nan")))


def test_a_broken_line_is_refused_and_never_anything_worse() -> None:
    """Cut anywhere, or with one byte changed: read as a message, or MalformedMessage. Nothing else comes out."""
    chance = random.Random(20)
    lines = [unended(wire.encode_request(17, request)) for request in REQUESTS]
    lines += [unended(wire.encode_result(17, result)) for _, result in RESULTS]
    lines += [unended(wire.encode_notification(message)) for message in WORKER_NOTIFICATIONS]
    refused = 0
    for line in lines:
        broken = [line[:length] for length in range(len(line))]
        for _ in range(100):
            place = chance.randrange(len(line))
            broken.append(line[:place] + bytes([chance.randrange(256)]) + line[place + 1 :])
        refused += sum(_is_refused(text) for text in broken)
    assert refused > sum(map(len, lines))


def _is_refused(line: bytes) -> bool:
    refused = 0
    for decode in (decode_host_line, decode_worker_line):
        try:
            decode(line)
        except MalformedMessage:
            refused += 1
    return refused == 2
