# SPDX-License-Identifier: GPL-3.0-or-later
"""The network sees the picture's mirror image, and what it answers is mirrored back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402 - after the check that torch is there
from torch.nn import functional  # noqa: E402

from tests.worker.fitted_fields import fitted_field  # noqa: E402
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import PhotoSettings  # noqa: E402
from triposr_addon.worker.axes import mirrored, mirrored_planes  # noqa: E402
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint  # noqa: E402
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.image_to_field import image_to_field  # noqa: E402
from triposr_addon.worker.steps import Advance, Steps  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.parity]


class EvenHanded:
    """A network whose answer to a mirrored picture is the mirrored answer, bit for bit: planes cut out of the picture.

    Plane xy holds the brightest pixel of each column (image-right is +Y, down its rows), xz that of each row, yz the
    picture itself.
    """

    detail = ""
    seen: Tensor

    def __call__(self, pictures: Tensor, advance: Advance) -> Tensor:
        (picture,) = pictures
        self.seen = picture
        side = 16
        view = functional.max_pool2d(picture.permute(2, 0, 1), picture.shape[0] // side)  # [3, rows, columns]
        columns, rows = view.amax(dim=1), view.amax(dim=2).flip(1)
        across_y: Tensor = columns[:, :, None].expand(3, side, side)
        across_z = rows[:, :, None].expand(3, side, side)
        planes: Tensor = torch.stack([across_y, across_z, view.flip(1)])
        return planes[None]


@pytest.fixture(scope="module")
def checkpoint(tiny_checkpoint: Path) -> LoadedCheckpoint:
    return load_checkpoint(tiny_checkpoint, torch.device("cpu"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A mug: its handle is at the right."""
    picture = np.full((160, 200, 3), 250, np.uint8)
    picture[20:140, 40:120] = (190, 40, 30)
    picture[50:100, 120:170] = (40, 90, 30)
    Image.fromarray(picture).save(tmp_path / "mug.png")
    return tmp_path / "mug.png"


def planes_of(photo: Path, checkpoint: LoadedCheckpoint, mirror: bool) -> tuple[Tensor, Tensor]:
    """The field's planes, and the picture that the network saw."""
    network = EvenHanded()
    steps = Steps(lambda *_what: None, lambda: False)
    made = image_to_field(photo, checkpoint, PhotoSettings(mirror=mirror), None, steps, network)
    return made.field.planes, network.seen


def test_an_even_handed_network_gives_the_very_same_field(photo: Path, checkpoint: LoadedCheckpoint) -> None:
    planes, seen = planes_of(photo, checkpoint, mirror=False)
    again, seen_mirrored = planes_of(photo, checkpoint, mirror=True)
    assert torch.equal(seen_mirrored, seen.flip(1))
    assert not torch.equal(seen_mirrored, seen)
    assert torch.equal(again, planes)


def test_the_real_network_answers_otherwise(photo: Path, checkpoint: LoadedCheckpoint) -> None:
    steps = Steps(lambda *_what: None, lambda: False)
    plain, other = (
        image_to_field(photo, checkpoint, PhotoSettings(mirror=mirror), None, steps) for mirror in (False, True)
    )
    assert not torch.equal(plain.field.planes, other.field.planes)
    assert np.array_equal(plain.framed, other.framed), "the cut-out stays as the photo shows it"


def test_twice_mirrored_is_as_before() -> None:
    planes = torch.rand(3, 40, 64, 64, generator=torch.Generator().manual_seed(1))
    assert torch.equal(mirrored_planes(mirrored_planes(planes)), planes)
    assert not torch.equal(mirrored_planes(planes), planes)


def test_a_ball_at_the_right_comes_to_the_left() -> None:
    field = ball(0.4, right=0.3)
    other = with_planes(field, mirrored_planes(field.planes))
    left, right = torch.tensor([[0.0, -0.3, 0.0]]), torch.tensor([[0.0, 0.3, 0.0]])
    assert other.raw_density(left) > field.raw_density(left)
    assert other.raw_density(right) < field.raw_density(right)


def test_everywhere_it_is_the_mirror_image(facts: Path) -> None:
    field = fitted_field(facts, "nerf_chair")
    points = (torch.rand(2000, 3, generator=torch.Generator().manual_seed(3)) - 0.5) * 1.7
    other = with_planes(field, mirrored_planes(field.planes))
    assert torch.allclose(other.raw_density(points), field.raw_density(mirrored(points)), atol=1e-4)
    assert torch.allclose(other.colour(points), field.colour(mirrored(points)), atol=1e-5)


def with_planes(field: TriplaneField, planes: Tensor) -> TriplaneField:
    return TriplaneField(planes, field.decoder, field.radius, field.density_bias)
