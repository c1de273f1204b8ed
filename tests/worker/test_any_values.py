# SPDX-License-Identifier: GPL-3.0-or-later
"""Any value that JSON or YAML can have, where ours should be: hypothesis looks for the one that nobody thought of."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from hypothesis import given, settings
from hypothesis import strategies as st

from triposr_addon.folder_log import FolderLog, PictureLine
from triposr_addon.protocol import REQUESTS, RESULT_OF
from triposr_addon.wire import MalformedMessage, decode_host_line, decode_worker_line, message_from_json
from triposr_addon.worker.model.config import ModelConfigError, model_config_from_mapping
from triposr_addon.worker.sheet_causes import likely_causes, score

pytestmark = pytest.mark.torch

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
KINDS = sorted({*REQUESTS.values(), *RESULT_OF.values()}, key=lambda kind: kind.__name__)
PARTS = ("cond_image_size", "image_tokenizer", "tokenizer", "backbone", "post_processor", "decoder", "renderer")
same_each_time = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def complaint(read: Callable[[], object]) -> str:
    """Why it is no message; empty where it is one."""
    try:
        read()
    except MalformedMessage as error:
        return str(error)
    return ""


@same_each_time
@given(st.sampled_from(KINDS), st.data())
def test_a_message_of_any_values_is_one_or_malformed(kind: type[Any], data: st.DataObject) -> None:
    names = [entry.name for entry in dataclasses.fields(kind)]
    told = data.draw(st.dictionaries(st.sampled_from([*names, "id", ""]), VALUES, max_size=6) | VALUES)
    assert len(complaint(lambda: message_from_json(kind, told))) < 300


@same_each_time
@given(VALUES, VALUES, VALUES)
def test_a_line_of_any_values_is_one_or_malformed(method: Any, number: Any, body: Any) -> None:
    line = {"jsonrpc": "2.0", "id": number, "method": method, "params": body, "result": body, "error": body}
    for left_out in ("method", "error", "id", "result"):
        told = json.dumps({name: value for name, value in line.items() if name != left_out}).encode()
        for decode in (decode_worker_line, decode_host_line):
            assert len(complaint(partial(decode, told))) < 1000


@same_each_time
@given(st.dictionaries(st.sampled_from([entry.name for entry in dataclasses.fields(PictureLine)]), VALUES))
def test_a_log_of_any_values_is_read_and_judged(told: dict[str, Any]) -> None:
    sound = {"picture": "cup.png", "bytes": 1, "modified": 2, "at": "", "status": "made"}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.jsonl")
        log.write_text(json.dumps({**sound, **told}) + "\n", encoding="utf-8")
        for line in FolderLog(log).latest().values():
            assert 0.0 <= score(line) <= 1.0
            assert all(isinstance(cause, str) for cause in likely_causes(line))


@same_each_time
@given(st.dictionaries(st.sampled_from([*PARTS, *(f"{part}_cls" for part in PARTS)]), VALUES))
def test_a_config_of_any_values_is_one_or_told(told: dict[str, Any]) -> None:
    with pytest.raises(ModelConfigError) as caught:
        model_config_from_mapping(told)
    assert len(str(caught.value)) < 1000
