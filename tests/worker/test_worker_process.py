# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: its answers, its start and its end, over real pipes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import BAD_INPUT, good_photo  # noqa: E402
from tests.worker.conversation import PATIENCE_SECONDS, Conversation  # noqa: E402
from tests.worker.questions import READY, extract, reconstruct  # noqa: E402
from triposr_addon.protocol import (  # noqa: E402
    PROTOCOL_VERSION,
    STEPS,
    ErrorReport,
    Exit,
    Extracted,
    Initialize,
    Initialized,
    Log,
    PhotoSettings,
    Progress,
    Reconstruct,
    Reconstructed,
    ShutDown,
    Shutdown,
    SurfaceSettings,
    Unload,
)
from triposr_addon.wire import encode_notification  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


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
