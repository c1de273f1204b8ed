# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: what runs and what waits can be cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.questions import extract  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    CANCELLED,
    Cancel,
    ErrorReport,
    Extracted,
    Progress,
    SurfaceSettings,
)
from triposr_addon.wire import encode_notification  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


def test_cancel_stops_what_runs_and_what_waits(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    """The running request has minutes of work to go; the waiting one never starts; a third is not touched."""
    folders = [tmp_path / name for name in ("runs", "waits", "stays")]
    for folder in folders:
        folder.mkdir()
    runs = extract(ball_file, folders[0], "runs", SurfaceSettings(1024))
    waits, stays = extract(ball_file, folders[1], "waits"), extract(ball_file, folders[2], "stays")
    ids = [worker.send(request) for request in (runs, waits, stays)]
    while not isinstance(heard := worker.hear(), Progress) or heard.job != "runs":
        pass
    worker.progress.clear()
    worker.write(encode_notification(Cancel("waits")) + encode_notification(Cancel("runs")))
    for request_id, request in zip(ids[:2], (runs, waits), strict=True):
        answer = worker.answer(request_id, request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == CANCELLED
    assert {progress.job for progress in worker.progress} <= {"runs"}
    assert all(progress.step == "extract" for progress in worker.progress)
    assert isinstance(worker.answer(ids[2], stays), Extracted)
    assert [list(folder.iterdir()) for folder in folders[:2]] == [[], []]


def test_a_cancel_that_comes_too_late_does_not_hit_the_jobs_next_request(
    worker: Conversation, ball_file: Path, tmp_path: Path
) -> None:
    worker.write(encode_notification(Cancel("job")))
    assert isinstance(worker.ask(extract(ball_file, tmp_path, "job")), Extracted)
