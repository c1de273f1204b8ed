# SPDX-License-Identifier: GPL-3.0-or-later
"""Framing: the subject fills its share of a square on grey, as the reference frames it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from PIL import Image  # noqa: E402 - after the check that torch is there
from torch.nn import functional  # noqa: E402

from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.framing import (  # noqa: E402
    CUTOUT_SIDE,
    composite_on_grey,
    frame_subject,
    pad_to_square,
    save_cutout,
)
from triposr_addon.worker.photo import RgbaPicture  # noqa: E402

pytestmark = pytest.mark.torch


def picture_with(top: int, bottom: int, left: int, right: int, size: tuple[int, int] = (200, 300)) -> RgbaPicture:
    """A red block, everything else transparent."""
    picture = np.zeros((*size, 4), np.uint8)
    picture[top:bottom, left:right] = (255, 0, 0, 255)
    return picture


@pytest.mark.parity
def test_the_golden_picture(facts: Path) -> None:
    """The reference leaves out the subject's last row and column, so its square is a pixel smaller: compared scaled."""
    golden = np.load(facts / "parity" / "golden_tiny.npz")
    ours = composite_on_grey(frame_subject(golden["rgba"], 0.85), 64)
    theirs = torch.from_numpy(golden["preprocessed"]).permute(2, 0, 1)[None] / 255
    scaled = functional.interpolate(theirs, (64, 64), mode="bilinear", align_corners=False, antialias=True)
    assert (ours - scaled[0].permute(1, 2, 0)).abs().mean() < 2 / 255


@pytest.mark.parametrize("ratio", [0.5, 0.85, 1.0])
def test_the_longer_side_takes_its_share(ratio: float) -> None:
    square = frame_subject(picture_with(20, 120, 50, 90), ratio)
    rows, columns = np.nonzero(square[..., 3])
    assert square.shape[0] == square.shape[1]
    assert rows.max() - rows.min() + 1 == 100
    assert columns.max() - columns.min() + 1 == 40
    assert 100 / square.shape[0] == pytest.approx(ratio, abs=0.01)
    assert abs((rows.min() + rows.max()) - (columns.min() + columns.max())) <= 2  # both in the middle


@pytest.mark.parametrize("ratio", [0.49, 1.01, -1.0])
def test_a_ratio_out_of_range_is_named(ratio: float) -> None:
    with pytest.raises(failures.SettingsInvalid):
        frame_subject(picture_with(20, 120, 50, 90), ratio)


def test_a_faint_halo_and_specks_do_not_widen_the_frame() -> None:
    clean = picture_with(20, 120, 50, 90)
    dirty = clean.copy()
    dirty[150:190, 250:290] = (255, 255, 255, 9)
    dirty[5, 5] = dirty[190, 280] = (0, 0, 255, 255)
    assert frame_subject(dirty, 0.85).shape == frame_subject(clean, 0.85).shape


def test_a_subject_in_two_parts_is_kept_whole() -> None:
    picture = picture_with(20, 120, 50, 90)
    picture[30:60, 200:230] = 255
    rows, columns = np.nonzero(frame_subject(picture, 0.85)[..., 3])
    assert columns.max() - columns.min() + 1 == 180
    assert rows.max() - rows.min() + 1 == 100


def test_a_subject_at_the_border_of_a_large_picture() -> None:
    square = frame_subject(picture_with(1000, 1501, 0, 333, size=(1501, 2003)), 1.0)
    assert square.shape[0] == 501
    assert np.count_nonzero(square[..., 3]) == 501 * 333


@pytest.mark.parametrize(
    "picture",
    [picture_with(0, 0, 0, 0), picture_with(10, 12, 10, 12), np.full((50, 50, 4), 12, np.uint8)],
    ids=["nothing", "a speck", "a faint veil"],
)
def test_no_subject_is_named(picture: RgbaPicture) -> None:
    with pytest.raises(failures.SubjectMissing):
        frame_subject(picture, 0.85)


def test_transparent_is_grey_and_half_transparent_is_half_grey() -> None:
    square = np.zeros((32, 32, 4), np.uint8)
    square[:, 16:] = (255, 0, 0, 128)
    framed = composite_on_grey(square, 32)
    assert framed.shape == (32, 32, 3)
    assert framed.dtype == torch.float32
    assert framed[0, 0].tolist() == pytest.approx([0.5] * 3, abs=0.01)
    assert framed[0, -1].tolist() == pytest.approx([0.75, 0.25, 0.25], abs=0.01)


def test_scaling_down_is_antialiased() -> None:
    """A pattern finer than a pixel becomes its mean, no moire."""
    square = np.full((512, 512, 4), 255, np.uint8)
    square[:, ::2, :3] = 0
    framed = composite_on_grey(square, 64)
    assert (framed[:, 4:-4] - 0.5).abs().max() < 0.02


def test_a_whole_photo_is_padded_not_cropped() -> None:
    square = pad_to_square(picture_with(0, 40, 0, 100, size=(40, 100)), 1.0)
    assert square.shape == (100, 100, 4)
    assert np.count_nonzero(square[..., 3]) == 4000


def test_the_saved_cutout_is_a_png_of_bounded_size(tmp_path: Path) -> None:
    save_cutout(np.full((3000, 3000, 4), 200, np.uint8), tmp_path / "cut.png")
    with Image.open(tmp_path / "cut.png") as image:
        assert image.size == (CUTOUT_SIDE, CUTOUT_SIDE)
        assert image.mode == "RGBA"
    assert [path.name for path in tmp_path.iterdir()] == ["cut.png"]
