# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process, asked for several photos at once: each is answered by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402 - after the check that torch is there
from tests.worker.conversation import Conversation  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    CANCELLED,
    PROTOCOL_VERSION,
    Cancel,
    ErrorReport,
    Initialize,
    Initialized,
    PhotoSettings,
    Reconstruct,
    Reconstructed,
    Result,
    Unload,
    Unloaded,
)
from triposr_addon.wire import ErrorLine, ResultLine, encode_notification, result_from_json  # noqa: E402
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER  # noqa: E402
from triposr_addon.worker.field import load_field  # noqa: E402
from triposr_addon.worker.weight_placement import HOME  # noqa: E402

pytestmark = pytest.mark.torch

READY = Initialize(PROTOCOL_VERSION, device="cpu", best_batch=4)


@pytest.fixture(scope="module")
def worker() -> Iterator[Conversation]:
    with Conversation() as conversation:
        assert isinstance(conversation.ask(READY), Initialized)
        yield conversation


def wish(
    folder: Path, job: str, followers: int, photo: Path | None = None, model: Path = PREVIEW_FOLDER
) -> Reconstruct:
    photo = photo or good_photo(folder)
    files = str(folder / f"{job}.field"), str(folder / f"{job}.cutout.png")
    return Reconstruct(job, str(photo), str(model), *files, PhotoSettings(mirror=job == "mirrored"), followers)


def ask_together(
    worker: Conversation, requests: Sequence[Reconstruct], cancelled: Sequence[str] = ()
) -> dict[str, Result | ErrorReport]:
    """All answers by job, in the order in which they come; jobs are cancelled before the worker has begun."""
    ids = {worker.send(request): request for request in requests}
    worker.write(b"".join(encode_notification(Cancel(job)) for job in cancelled))
    return answers(worker, ids)


def answers(worker: Conversation, ids: dict[int, Reconstruct]) -> dict[str, Result | ErrorReport]:
    heard: dict[str, Result | ErrorReport] = {}
    while len(heard) < len(ids):
        line = worker.hear()
        if isinstance(line, ErrorLine) and line.id in ids:
            heard[ids[line.id].job] = line.error
        elif isinstance(line, ResultLine):
            heard[ids[line.id].job] = result_from_json(ids[line.id], line.result)
    return heard


def test_each_gets_its_own_files_and_progress(worker: Conversation, tmp_path: Path) -> None:
    worker.progress.clear()
    jobs = ("first", "mirrored", "third")
    made = ask_together(worker, [wish(tmp_path, job, 2 - number) for number, job in enumerate(jobs)])
    assert list(made) == list(jobs)
    for job, answer in made.items():
        assert isinstance(answer, Reconstructed)
        assert answer.best_batch == 4
        assert list(answer.seconds) == ["load model", "load photo", "cut out", "frame", "reconstruct"]
        assert answer.field_path == str(tmp_path / f"{job}.field")
        assert (tmp_path / f"{job}.cutout.png").is_file()
        fractions = [told.fraction for told in worker.progress if told.job == job and told.step == "reconstruct"]
        assert fractions[0] == 0.0
        assert fractions[-1] == 1.0
    fields = [load_field(tmp_path / f"{job}.field", HOME).planes for job in jobs]
    assert torch.equal(fields[0], fields[2])
    assert not torch.equal(fields[0], fields[1])
    (alone,) = ask_together(worker, [wish(tmp_path, "alone", 0)]).values()
    assert isinstance(alone, Reconstructed)
    assert torch.allclose(load_field(tmp_path / "alone.field", HOME).planes, fields[0], rtol=2e-2, atol=2e-2)


def test_a_bad_photo_costs_itself_alone(worker: Conversation, tmp_path: Path) -> None:
    missing = wish(tmp_path, "missing", 1, tmp_path / "none.png")
    nowhere = wish(tmp_path, "nowhere", 0)
    nowhere = Reconstruct(nowhere.job, nowhere.photo_path, nowhere.model_folder, str(tmp_path / "no" / "field"))
    made = ask_together(worker, [wish(tmp_path, "good", 2), missing, nowhere])
    codes = {job: answer.code for job, answer in made.items() if isinstance(answer, ErrorReport)}
    assert codes == {"missing": "PHOTO_MISSING", "nowhere": "OUTPUT_UNWRITABLE"}
    assert isinstance(made["good"], Reconstructed)


def test_a_model_that_is_none_fails_all_and_the_next_are_made(worker: Conversation, tmp_path: Path) -> None:
    made = ask_together(worker, [wish(tmp_path, job, int(job == "a"), model=tmp_path / "none") for job in ("a", "b")])
    assert {answer.code for answer in made.values() if isinstance(answer, ErrorReport)} == {"MODEL_FILE_MISSING"}
    assert isinstance(ask_together(worker, [wish(tmp_path, "good", 0)])["good"], Reconstructed)


def test_one_that_is_cancelled_is_answered_and_the_others_go_on(worker: Conversation, tmp_path: Path) -> None:
    made = ask_together(worker, [wish(tmp_path, job, 3 - place) for place, job in enumerate("abcd")], ["b", "d"])
    codes = {job: answer.code for job, answer in made.items() if isinstance(answer, ErrorReport)}
    assert codes == {"b": CANCELLED, "d": CANCELLED}
    assert list(made)[:2] == ["b", "d"], "at once, not when the others are done"
    assert not (tmp_path / "b.field").exists()
    assert {job for job, answer in made.items() if isinstance(answer, Reconstructed)} == {"a", "c"}


def test_when_all_are_cancelled_the_network_stops(worker: Conversation, tmp_path: Path) -> None:
    made = ask_together(worker, [wish(tmp_path, job, 1 - place) for place, job in enumerate("ab")], "ab")
    assert {answer.code for answer in made.values() if isinstance(answer, ErrorReport)} == {CANCELLED}
    assert isinstance(ask_together(worker, [wish(tmp_path, "good", 0)])["good"], Reconstructed)


def test_something_else_in_between_ends_the_group(worker: Conversation, tmp_path: Path) -> None:
    first, last = wish(tmp_path, "first", 1), wish(tmp_path, "last", 0)
    ids = [worker.send(request) for request in (first, Unload(), last)]
    assert isinstance(worker.answer(ids[0], first), Reconstructed)
    assert isinstance(worker.answer(ids[1], Unload()), Unloaded)
    assert isinstance(worker.answer(ids[2], last), Reconstructed)
