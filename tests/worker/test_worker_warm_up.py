# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: the model is loaded before it is needed, and given back."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402
from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.questions import READY, extract, reconstruct  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    CANCELLED,
    Cancel,
    ErrorReport,
    Extracted,
    Initialized,
    Reconstructed,
    Request,
    SurfaceSettings,
    Unload,
    Unloaded,
    WarmedUp,
    WarmUp,
)
from triposr_addon.wire import encode_notification  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


def test_unload_drops_the_model_once_and_the_next_photo_loads_it_again(
    worker: Conversation, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    request = reconstruct(good_photo(tmp_path), tiny_checkpoint, tmp_path)
    assert isinstance(worker.ask(request), Reconstructed)
    assert worker.ask(Unload()) == Unloaded(had_model=True)
    assert worker.ask(Unload()) == Unloaded(had_model=False)
    assert isinstance(worker.ask(request), Reconstructed)


def test_a_warm_up_loads_the_model_before_the_photo_comes(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with Conversation() as fresh:
        warm = WarmUp("w", str(tiny_checkpoint))
        ids = [fresh.send(request) for request in (READY, warm)]
        assert isinstance(fresh.answer(ids[0], READY), Initialized)
        answer = fresh.answer(ids[1], warm)
        assert isinstance(answer, WarmedUp)
        assert list(answer.seconds) == ["load model"]
        assert {(told.job, told.step) for told in fresh.progress} == {("w", "load model")}
        assert isinstance(fresh.ask(reconstruct(good_photo(tmp_path), tiny_checkpoint, tmp_path)), Reconstructed)
        assert fresh.ask(Unload()) == Unloaded(had_model=True)
        assert isinstance(fresh.ask(warm), WarmedUp)
        assert fresh.ask(Unload()) == Unloaded(had_model=True)


def test_a_warm_up_that_fails_says_so_and_the_photos_own_request_says_it_again(
    worker: Conversation, ball_file: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    photo = str(good_photo(tmp_path))
    wrong = {
        "MODEL_FILE_MISSING": WarmUp("w", str(tmp_path / "no model"), photo),
        "REMBG_MODEL_MISSING": WarmUp("w", str(tiny_checkpoint), photo, "rembg"),
    }
    for code, request in wrong.items():
        answer = worker.ask(request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == code
    answer = worker.ask(reconstruct(Path(photo), tmp_path / "no model", tmp_path))
    assert isinstance(answer, ErrorReport)
    assert answer.code == "MODEL_FILE_MISSING"
    assert isinstance(worker.ask(extract(ball_file, tmp_path)), Extracted)


def test_a_warm_up_that_is_no_longer_wanted_is_left_out(
    worker: Conversation, ball_file: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    worker.ask(Unload())
    requests: list[Request] = [extract(ball_file, tmp_path, "runs", SurfaceSettings(1024))]
    requests.append(WarmUp("waits", str(tiny_checkpoint)))
    ids = [worker.send(request) for request in requests]
    worker.write(encode_notification(Cancel("waits")) + encode_notification(Cancel("runs")))
    for request_id, request in zip(ids, requests, strict=True):
        answer = worker.answer(request_id, request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == CANCELLED
    assert worker.ask(Unload()) == Unloaded(had_model=False)
