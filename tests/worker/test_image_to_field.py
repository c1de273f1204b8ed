# SPDX-License-Identifier: GPL-3.0-or-later
"""From photo to field, and from field to mesh, inside one process."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.worker.bad_input import good_photo  # noqa: E402 - after the check that torch is there
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import STEPS, PhotoSettings, SurfaceSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.axes import oriented  # noqa: E402
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint  # noqa: E402
from triposr_addon.worker.field_to_mesh import field_to_mesh  # noqa: E402
from triposr_addon.worker.framing import composite_on_grey  # noqa: E402
from triposr_addon.worker.image_to_field import image_to_field  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


@pytest.fixture(scope="module")
def checkpoint(tiny_checkpoint: Path) -> LoadedCheckpoint:
    return load_checkpoint(tiny_checkpoint, torch.device("cpu"))


def unhurried() -> Steps:
    return Steps(lambda *_what: None, lambda: False)


def test_the_field_is_the_networks_answer_to_the_framed_photo(checkpoint: LoadedCheckpoint, tmp_path: Path) -> None:
    steps = unhurried()
    made = image_to_field(good_photo(tmp_path), checkpoint, PhotoSettings(), None, steps)
    picture = composite_on_grey(made.framed, checkpoint.config.image_size)
    with torch.no_grad():
        expected = checkpoint.reconstructor(picture.permute(2, 0, 1)[None])[0]
    assert torch.equal(made.field.planes, expected.half().float())
    assert made.field.radius == checkpoint.config.field.radius
    assert made.field.provenance["photo"] == "good.png"
    assert made.field.provenance["model_sha256"] == checkpoint.sha256
    assert made.field.provenance["background"] == "flat"
    assert list(steps.seconds) == list(STEPS[1:5])


def test_without_cutting_out_the_photo_is_taken_as_framed(checkpoint: LoadedCheckpoint, tmp_path: Path) -> None:
    made = image_to_field(good_photo(tmp_path), checkpoint, PhotoSettings("none"), None, unhurried())
    assert made.framed.shape == (200, 200, 4)
    assert (made.framed[20:180, :, 3] == 255).all()


@pytest.mark.parametrize("layer", [0, 5, 20])
def test_a_cancel_is_heard_between_the_networks_layers(
    layer: int, checkpoint: LoadedCheckpoint, tmp_path: Path
) -> None:
    told: list[float] = []

    def tell(step: str, fraction: float, _detail: str) -> None:
        if step == "reconstruct":
            told.append(fraction)

    steps = Steps(tell, lambda: len(told) > layer)
    with pytest.raises(failures.Cancelled):
        image_to_field(good_photo(tmp_path), checkpoint, PhotoSettings(), None, steps)
    assert len(told) == layer + 1
    assert told[-1] < 0.8
    made = image_to_field(good_photo(tmp_path), checkpoint, PhotoSettings(), None, unhurried())  # no hook was left
    assert torch.isfinite(made.field.planes).all()


def test_a_network_that_answers_nonsense_is_named(tiny_checkpoint: Path, tmp_path: Path) -> None:
    checkpoint = load_checkpoint(tiny_checkpoint, torch.device("cpu"))
    checkpoint.reconstructor.post_processor.upsample.weight.data.fill_(float("nan"))
    with pytest.raises(failures.FieldNotFinite):
        image_to_field(good_photo(tmp_path), checkpoint, PhotoSettings(), None, unhurried())


def test_raw_axes_become_blenders() -> None:
    """Raw: front +X, image-right +Y, up +Z. Blender: front -Y, image-right +X, up +Z."""
    front, right, up = torch.eye(3)
    turned = oriented(torch.stack([front, right, up]))
    assert turned.tolist() == [[0, -1, 0], [1, 0, 0], [0, 0, 1]]


def test_the_mesh_has_the_fields_colours() -> None:
    steps = unhurried()
    made = field_to_mesh(ball(0.5), SurfaceSettings(40), steps)
    assert made.closed
    raw = torch.from_numpy(made.mesh.vertices)[:, [1, 0, 2]] * torch.tensor([-1.0, 1.0, 1.0])
    assert torch.allclose(torch.from_numpy(made.mesh.colours), ball(0.5).colour(raw), atol=1e-4)
    assert list(steps.seconds) == list(STEPS[5:])


def test_a_device_without_memory_is_named() -> None:
    field = ball(0.5)
    endless = dataclasses.replace(field, planes=field.planes[:, :, :1, :1].expand(3, 3, 1 << 28, 1 << 28))
    with pytest.raises(failures.OutOfMemory):
        field_to_mesh(endless, SurfaceSettings(16), unhurried())
