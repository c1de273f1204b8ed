# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: what it can't use is named and survived."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import BAD_INPUT, FOLDER_FOR_PHOTO, BadInput  # noqa: E402
from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.questions import SMALL, extract, reconstruct  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    ErrorReport,
    Extract,
    Extracted,
    SurfaceSettings,
)
from triposr_addon.wire import LONGEST_LINE_BYTES, ErrorLine  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


@pytest.mark.parametrize("bad", [*BAD_INPUT, FOLDER_FOR_PHOTO], ids=lambda bad: bad.name)
def test_bad_input_is_named_and_leaves_nothing(
    bad: BadInput, worker: Conversation, tiny_checkpoint: Path, ball_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    photo, model = bad.make(tmp_path / "in", tiny_checkpoint)
    answer = worker.ask(reconstruct(photo, model, tmp_path / "out"))
    assert isinstance(answer, ErrorReport)
    assert answer.code == bad.code
    assert answer.sentence.count(". ") >= 1  # what happened, and what to do
    assert not list((tmp_path / "out").iterdir())
    assert isinstance(worker.ask(extract(ball_file, tmp_path)), Extracted)


def test_bad_settings_and_fields_are_named(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    (tmp_path / "junk.triplane.safetensors").write_bytes(b"junk")
    (tmp_path / "out").mkdir()
    requests = {
        "SETTINGS_INVALID": extract(ball_file, tmp_path / "out", settings=SurfaceSettings(4)),
        "SURFACE_EMPTY": extract(ball_file, tmp_path / "out", settings=SurfaceSettings(16, 1e6)),
        "FIELD_FILE_MISSING": extract(tmp_path / "none.triplane.safetensors", tmp_path / "out"),
        "FIELD_FILE_UNREADABLE": extract(tmp_path / "junk.triplane.safetensors", tmp_path / "out"),
        "OUTPUT_UNWRITABLE": extract(ball_file, tmp_path / "nowhere"),
    }
    for code, request in requests.items():
        answer = worker.ask(request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == code
    assert not list((tmp_path / "out").iterdir())


def test_a_fault_nobody_foresaw_is_told_and_survived(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    """A null byte in a path makes the system's own functions raise ValueError."""
    answer = worker.ask(Extract("job", "\0", str(tmp_path / "x.npz"), SMALL))
    assert isinstance(answer, ErrorReport)
    assert answer.code in {"INTERNAL", "FIELD_FILE_MISSING"}
    answer = worker.ask(Extract("job", str(ball_file), str(tmp_path / "x\0.npz"), SMALL))
    assert isinstance(answer, ErrorReport)
    assert answer.code == "INTERNAL"
    assert "Traceback" in answer.details
    assert isinstance(worker.ask(extract(ball_file, tmp_path)), Extracted)


@pytest.mark.parametrize(
    "line",
    [
        b"babble\n",
        b"[1, 2]\n",
        b'{"jsonrpc":"2.0","id":77,"method":"dance","params":{}}\n',
        b'{"jsonrpc":"2.0","id":77,"method":"extract","params":{"job":1}}\n',
        b'{"jsonrpc":"2.0","method":"cancel","params":{}}\n',
        b"\xff\xfe\n",
        b"x" * (LONGEST_LINE_BYTES + 5000) + b"\n",
    ],
    ids=["babble", "list", "unknown", "wrong type", "cancel nothing", "not utf-8", "endless"],
)
def test_a_malformed_line_is_answered_and_survived(
    line: bytes, worker: Conversation, ball_file: Path, tmp_path: Path
) -> None:
    worker.write(line)
    heard = worker.hear()
    assert isinstance(heard, ErrorLine)
    assert heard.error.code == "MALFORMED_MESSAGE"
    assert heard.id == (77 if b"77" in line else None)
    assert isinstance(worker.ask(extract(ball_file, tmp_path)), Extracted)
