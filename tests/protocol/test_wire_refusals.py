# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that are no message, and the reason that is given for each."""

from __future__ import annotations

import json

import pytest

from triposr_addon import wire
from triposr_addon.protocol import Reconstruct
from triposr_addon.wire import MalformedMessage, decode_host_line, decode_worker_line


def said(**message: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


NEITHER = "neither a notification nor an answer"
PROGRESS = {"job": "j", "step": "extract", "fraction": 0.5}
ERROR = {"code": -32000, "message": "Sentence.", "data": {"code": "C", "details": ""}}

ON_BOTH_SIDES = [
    (b"", "not JSON"),
    (b"\n", "not JSON"),
    (b"Downloading: 100%", "not JSON"),
    (b'{"jsonrpc":"2.0","id":1,"result":{"fie', "not JSON"),
    (b'{"jsonrpc":"2.0"}{"jsonrpc":"2.0"}', "not JSON"),
    (b'\xff\xfe{"jsonrpc":"2.0"}', "not JSON"),
    (b'{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"\xff"}}', "not JSON"),
    ('{"jsonrpc":"2.0"}'.encode("utf-16"), "not JSON"),
    (b"\xef\xbb\xbf" + b'{"jsonrpc":"2.0"}', "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b"}", "not JSON"),
    (b"null", "not a JSON-RPC"),
    (b"[]", "not a JSON-RPC"),
    (b"17", "not a JSON-RPC"),
    (b'"text"', "not a JSON-RPC"),
    (b"{}", "not a JSON-RPC"),
    (b'{"jsonrpc":"1.0","method":"exit","params":{}}', "not a JSON-RPC"),
    (b'{"jsonrpc":2.0,"method":"exit","params":{}}', "not a JSON-RPC"),
    (said(method="make tea", params={}), "unknown notification 'make tea'"),
    (said(method=None, params={}), "method is missing"),
    (said(method=["exit"], params={}), "method is missing"),
]


@pytest.mark.parametrize(("line", "reason"), ON_BOTH_SIDES)
def test_lines_that_nobody_reads(line: bytes, reason: str) -> None:
    with pytest.raises(MalformedMessage, match=reason):
        decode_worker_line(line)
    with pytest.raises(MalformedMessage, match=reason):
        decode_host_line(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (said(id=1), NEITHER),
        (said(result={}), NEITHER),
        (said(id="1", result={}), NEITHER),
        (said(id=1.0, result={}), NEITHER),
        (said(id=True, result={}), NEITHER),
        (said(id=1, result=None), NEITHER),
        (said(id=1, result=[1]), NEITHER),
        (said(id=1, result="done"), NEITHER),
        (said(id=1, error=None), "error without data"),
        (said(id=1, error="bad"), "error without data"),
        (said(id=1, error={"code": 1, "message": "x"}), "error without data"),
        (said(id=1, error={**ERROR, "data": []}), "error without data"),
        (said(id=1, error={**ERROR, "message": None}), r"ErrorReport\.sentence"),
        (said(id=1, error={**ERROR, "data": {"details": ""}}), r"ErrorReport\.code is missing"),
        (said(id=1, error={**ERROR, "data": {"code": 7}}), r"ErrorReport\.code"),
        (said(id=1, error={**ERROR, "data": {"code": "C", "trace": ""}}), "no field 'trace'"),
        (said(method="exit", params={}), "unknown notification 'exit'"),
        (said(method="cancel", params={"job": "j"}), "unknown notification 'cancel'"),
        (said(method="progress"), "Progress must be an object"),
        (said(method="progress", params=[]), "Progress must be an object"),
        (said(method="progress", params={}), r"Progress\.job is missing"),
        (said(method="progress", params={**PROGRESS, "job": 1}), r"Progress\.job"),
        (said(method="progress", params={**PROGRESS, "fraction": "0.5"}), r"Progress\.fraction"),
        (said(method="progress", params={**PROGRESS, "fraction": True}), r"Progress\.fraction"),
        (said(method="progress", params={**PROGRESS, "fraction": None}), r"Progress\.fraction"),
        (said(method="progress", params={**PROGRESS, "fraction": float("nan")}), r"Progress\.fraction"),
        (said(method="progress", params={**PROGRESS, "fraction": float("inf")}), r"Progress\.fraction"),
        (said(method="progress", params={**PROGRESS, "fraction": 10**400}), r"Progress\.fraction"),
        (said(method="progress", params={**PROGRESS, "speed": 1}), "Progress has no field 'speed'"),
        (said(method="log", params={"level": "info"}), r"Log\.message is missing"),
    ],
)
def test_lines_that_the_host_refuses(line: bytes, reason: str) -> None:
    with pytest.raises(MalformedMessage, match=reason):
        decode_worker_line(line)


EXTRACT = {"job": "j", "field_path": "f", "mesh_path": "m"}
RECONSTRUCT = {"job": "j", "photo_path": "p", "model_folder": "m", "field_path": "f"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (said(id=1), "method is missing"),
        (said(id=1, method="make tea", params={}), "unknown request 'make tea'"),
        (said(id=1, method="exit", params={}), "unknown request 'exit'"),
        (said(id=1, method="cancel", params={"job": "j"}), "unknown request 'cancel'"),
        (said(method="unload", params={}), "unknown notification 'unload'"),
        (said(id="1", method="unload", params={}), "unknown notification 'unload'"),
        (said(method="progress", params=PROGRESS), "unknown notification 'progress'"),
        (said(method="cancel", params={}), r"Cancel\.job is missing"),
        (said(method="exit", params={"code": 1}), "Exit has no field 'code'"),
        (said(id=1, method="unload"), "Unload must be an object"),
        (said(id=1, method="unload", params=None), "Unload must be an object"),
        (said(id=1, method="unload", params={"all": True}), "Unload has no field 'all'"),
        (said(id=1, method="initialize", params={}), r"Initialize\.protocol_version is missing"),
        (said(id=1, method="initialize", params={"protocol_version": "1"}), r"Initialize\.protocol_version"),
        (said(id=1, method="initialize", params={"protocol_version": 1.0}), r"Initialize\.protocol_version"),
        (said(id=1, method="initialize", params={"protocol_version": True}), r"Initialize\.protocol_version"),
        (said(id=1, method="extract", params={**EXTRACT, "settings": None}), r"SurfaceSettings must be an object"),
        (said(id=1, method="extract", params={**EXTRACT, "settings": {"resolution": 2.5}}), r"Settings\.resolution"),
        (said(id=1, method="extract", params={**EXTRACT, "settings": {"threshold": "x"}}), r"Settings\.threshold"),
        (said(id=1, method="extract", params={**EXTRACT, "settings": {"depth": 1}}), "no field 'depth'"),
        (said(id=1, method="reconstruct", params={**RECONSTRUCT, "photo_path": None}), r"Reconstruct\.photo_path"),
        (said(id=1, method="reconstruct", params={**RECONSTRUCT, "settings": []}), "PhotoSettings must be an object"),
    ],
)
def test_lines_that_the_worker_refuses(line: bytes, reason: str) -> None:
    with pytest.raises(MalformedMessage, match=reason):
        decode_host_line(line)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"field_path": "f", "model_name": "m", "model_sha256": ""}, r"Reconstructed\.device is missing"),
        ({"seconds": {"extract": "long"}}, r"Reconstructed\.seconds"),
        ({"seconds": [1.0]}, r"Reconstructed\.seconds"),
        ({"warnings": "small"}, r"Reconstructed\.warnings"),
        ({"warnings": [1]}, r"Reconstructed\.warnings"),
        ({"vertices": 3}, "Reconstructed has no field 'vertices'"),
    ],
)
def test_results_of_another_form(result: dict[str, object], reason: str) -> None:
    whole = {"field_path": "f", "model_name": "m", "model_sha256": "", "device": "cpu"}
    answer = result if "field_path" in result else {**whole, **result}
    with pytest.raises(MalformedMessage, match=reason):
        wire.result_from_json(Reconstruct("j", "p", "m", "f"), answer)


def test_the_id_of_a_refused_request_can_still_be_told() -> None:
    assert wire.request_id_or_none(said(id=9, method="make tea", params={})) == 9
    assert wire.request_id_or_none(said(id="9", method="make tea")) is None
    assert wire.request_id_or_none(said(method="exit")) is None
    assert wire.request_id_or_none(b'{"jsonrpc":"2.0","id":9') is None
