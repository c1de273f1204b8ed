# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: its answers, its failures, its cancel and its end, over real pipes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import BAD_INPUT, FOLDER_FOR_PHOTO, BadInput, good_photo  # noqa: E402 - after the check
from tests.worker.conversation import PATIENCE_SECONDS, Conversation  # noqa: E402
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    CANCELLED,
    PROTOCOL_VERSION,
    STEPS,
    Cancel,
    ColoursSampled,
    ErrorReport,
    Exit,
    Extract,
    Extracted,
    Initialize,
    Initialized,
    Log,
    PhotoSettings,
    Progress,
    Reconstruct,
    Reconstructed,
    Request,
    SampleColours,
    ShutDown,
    Shutdown,
    SurfaceSettings,
    Unload,
    Unloaded,
    WarmedUp,
    WarmUp,
)
from triposr_addon.wire import LONGEST_LINE_BYTES, ErrorLine, encode_notification  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]

READY = Initialize(PROTOCOL_VERSION, device="cpu")
SMALL = SurfaceSettings(16)


@pytest.fixture(scope="module")
def worker() -> Iterator[Conversation]:
    """One worker for many tests: what one of them breaks, the next would notice."""
    with Conversation() as conversation:
        assert isinstance(conversation.ask(READY), Initialized)
        yield conversation


@pytest.fixture(scope="module")
def ball_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("field") / "ball.triplane.safetensors"
    ball(0.5).save(path)
    return path


def reconstruct(photo: Path, model: Path, folder: Path, job: str = "job") -> Reconstruct:
    return Reconstruct(job, str(photo), str(model), str(folder / "x.triplane.safetensors"), str(folder / "x.png"))


def extract(field: Path, folder: Path, job: str = "job", settings: SurfaceSettings = SMALL) -> Extract:
    return Extract(job, str(field), str(folder / "x.npz"), settings)


def test_initialize_says_what_there_is(worker: Conversation) -> None:
    with Conversation() as fresh:
        answer = fresh.ask(READY)
        assert isinstance(answer, Initialized)
        assert answer.protocol_version == PROTOCOL_VERSION
        assert answer.pid == fresh.process.pid
        assert answer.device == "cpu"
        assert answer.device_name
        assert answer.versions["torch"] == torch.__version__
        assert answer.versions["python"].startswith("3.")
        assert isinstance(fresh.ask(Shutdown()), ShutDown)
        assert fresh.process.wait(PATIENCE_SECONDS) == 0


def test_a_photo_becomes_a_field_and_the_field_a_mesh(
    worker: Conversation, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    worker.progress.clear()
    made = worker.ask(reconstruct(good_photo(tmp_path), tiny_checkpoint, tmp_path))
    assert isinstance(made, Reconstructed)
    assert made.model_name == tiny_checkpoint.name
    assert len(made.model_sha256) == 64
    field_path = tmp_path / "x.triplane.safetensors"
    assert made.field_path == str(field_path)
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    threshold = 0.39  # the synthetic field is noise around this density
    mesh = worker.ask(extract(field_path, tmp_path, settings=SurfaceSettings(32, threshold)))
    assert isinstance(mesh, Extracted)
    assert mesh.closed
    with np.load(tmp_path / "x.npz", allow_pickle=False) as arrays:
        assert arrays["vertices"].shape == (mesh.vertices, 3)
        assert arrays["triangles"].shape == (mesh.triangles, 3)
        assert arrays["colours"].min() >= 0
        assert arrays["colours"].max() <= 1
    assert [*made.seconds, *mesh.seconds] == list(STEPS)
    assert_progress_is_complete(worker.progress)


def assert_progress_is_complete(told: list[Progress]) -> None:
    """Every step in order, each from 0 to 1 and never back."""
    assert list(dict.fromkeys(progress.step for progress in told)) == list(STEPS)
    for step in STEPS:
        fractions = [progress.fraction for progress in told if progress.step == step]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0.0, 1.0)


def test_a_mesh_is_in_blenders_axes(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    """The ball's colour tells its raw axes: red grows along +X, which is to face Blender's -Y; green along +Y."""
    assert isinstance(worker.ask(extract(ball_file, tmp_path, settings=SurfaceSettings(48))), Extracted)
    with np.load(tmp_path / "x.npz") as arrays:
        vertices, colours = arrays["vertices"], arrays["colours"]
    assert np.corrcoef(colours[:, 0], -vertices[:, 1])[0, 1] > 0.9
    assert np.corrcoef(colours[:, 1], vertices[:, 0])[0, 1] > 0.9
    assert np.corrcoef(colours[:, 2], vertices[:, 2])[0, 1] > 0.9


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


def sample(field: Path, folder: Path, points: Path, job: str = "job") -> SampleColours:
    return SampleColours(job, str(field), str(points), str(folder / "colours.npz"))


def test_a_meshs_points_have_its_colours(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    assert isinstance(worker.ask(extract(ball_file, tmp_path)), Extracted)
    with np.load(tmp_path / "x.npz") as arrays:
        vertices, colours = arrays["vertices"], arrays["colours"]
    np.savez(tmp_path / "points.npz", points=vertices)
    answer = worker.ask(sample(ball_file, tmp_path, tmp_path / "points.npz"))
    assert isinstance(answer, ColoursSampled)
    assert answer.points == len(vertices)
    assert list(answer.seconds) == ["colour"]
    with np.load(answer.colours_path, allow_pickle=False) as arrays:
        assert np.abs(arrays["colours"] - colours).max() < 1e-4


def test_points_that_are_none_are_named(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    (tmp_path / "junk.npz").write_bytes(b"junk")
    np.savez(tmp_path / "points.npz", points=np.zeros((3, 3), dtype=np.float32))
    requests = {
        "POINTS_FILE_UNREADABLE": sample(ball_file, tmp_path, tmp_path / "junk.npz"),
        "POINTS_FILE_MISSING": sample(ball_file, tmp_path, tmp_path / "none.npz"),
        "FIELD_FILE_UNREADABLE": sample(tmp_path / "junk.npz", tmp_path, tmp_path / "points.npz"),
        "FIELD_FILE_MISSING": sample(tmp_path / "none", tmp_path, tmp_path / "points.npz"),
        "OUTPUT_UNWRITABLE": sample(ball_file, tmp_path / "nowhere", tmp_path / "points.npz"),
    }
    for code, request in requests.items():
        answer = worker.ask(request)
        assert isinstance(answer, ErrorReport)
        assert answer.code == code
    assert not (tmp_path / "colours.npz").exists()


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


def test_a_changed_checkpoint_is_noticed(worker: Conversation, tiny_checkpoint: Path, tmp_path: Path) -> None:
    bad = next(bad for bad in BAD_INPUT if bad.code == "MODEL_CLASS_UNKNOWN")
    photo, model = bad.make(tmp_path, tiny_checkpoint)
    (model / "config.yaml").write_bytes((tiny_checkpoint / "config.yaml").read_bytes())
    assert isinstance(worker.ask(reconstruct(photo, model, tmp_path)), Reconstructed)
    for weights in model.glob("model.*"):  # the copy in half precision, where there is one, would do alone
        weights.unlink()
    answer = worker.ask(reconstruct(photo, model, tmp_path))
    assert isinstance(answer, ErrorReport)
    assert answer.code == "MODEL_FILE_MISSING"


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


def test_work_before_initialize_is_refused(ball_file: Path, tmp_path: Path) -> None:
    with Conversation() as fresh:
        answer = fresh.ask(extract(ball_file, tmp_path))
        assert isinstance(answer, ErrorReport)
        assert answer.code == "NOT_INITIALIZED"
        answer = fresh.ask(Initialize(PROTOCOL_VERSION + 1))
        assert isinstance(answer, ErrorReport)
        assert answer.code == "PROTOCOL_MISMATCH"
        answer = fresh.ask(Initialize(PROTOCOL_VERSION, device="cuda:99"))
        assert isinstance(answer, ErrorReport)
        assert answer.code == "DEVICE_UNAVAILABLE"
        assert isinstance(fresh.ask(READY), Initialized)
        assert fresh.hang_up() == 0


def test_the_end_of_standard_input_ends_a_working_worker(ball_file: Path, tmp_path: Path) -> None:
    with Conversation() as fresh:
        fresh.send(READY)
        fresh.send(extract(ball_file, tmp_path, settings=SurfaceSettings(1024)))
        while not isinstance(fresh.hear(), Progress):
            pass
        assert fresh.hang_up() == 0
    assert not list(tmp_path.iterdir())


def test_exit_is_obeyed_without_an_answer() -> None:
    with Conversation() as fresh:
        fresh.write(encode_notification(Exit()))
        assert fresh.process.wait(PATIENCE_SECONDS) == 0


def test_warnings_reach_the_host(worker: Conversation, tiny_checkpoint: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(4).integers(0, 255, (8, 8, 3), np.uint8).repeat(24, axis=0).repeat(24, axis=1)
    from PIL import Image

    Image.fromarray(noise).save(tmp_path / "busy.png")
    answer = worker.ask(
        Reconstruct(
            "job",
            str(tmp_path / "busy.png"),
            str(tiny_checkpoint),
            str(tmp_path / "x.triplane.safetensors"),
            settings=PhotoSettings(background="flat"),
        )
    )
    assert isinstance(answer, Reconstructed)
    assert len(answer.warnings) == 2  # and that the noise goes on to the edges


def test_no_line_on_the_wire_is_anything_but_the_protocol(worker: Conversation) -> None:
    """`hear` decodes strictly, so every line of the tests above was one; here is a last one."""
    assert not isinstance(worker.ask(Unload()), Log | ErrorReport)
