# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a cut-out reach what the network sees, and a painted mask goes before them all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from triposr_addon.protocol import PhotoSettings
from triposr_addon.worker import failures
from triposr_addon.worker.mask_file import save_mask
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.subject import find_subject, framed

pytestmark = pytest.mark.torch

SIDE = 400


def two_things() -> RgbaPicture:
    """A red plate with a hole and a blue tile beside it, on white."""
    picture = np.full((SIDE, SIDE, 4), 255, np.uint8)
    picture[60:340, 40:260, :3] = (200, 30, 20)
    picture[180:220, 120:180, :3] = (20, 160, 40)
    picture[150:250, 300:370, :3] = (20, 30, 200)
    return picture


def cut_already() -> RgbaPicture:
    """The same with transparency instead of white, and a hole."""
    picture = two_things()
    picture[(picture[..., :3] == 255).all(axis=-1)] = 0
    picture[180:220, 120:180, 3] = 0
    return picture


def test_the_largest_part_is_framed_alone() -> None:
    both = find_subject(two_things(), PhotoSettings("flat"), None)
    one = find_subject(two_things(), PhotoSettings("flat", largest_part=True), None)
    assert "2 separate parts" in both.warnings[0]
    assert one.warnings == ()
    assert framed(both, 1.0)[0].shape[0] > 320
    assert framed(one, 1.0)[0].shape[0] == pytest.approx(280, abs=4)


def test_a_hole_is_filled_on_request() -> None:
    assert find_subject(cut_already(), PhotoSettings(), None).picture[200, 150, 3] == 0
    assert find_subject(cut_already(), PhotoSettings(fill_holes=True), None).picture[200, 150, 3] == 255


def test_the_threshold_takes_faint_pixels_away() -> None:
    photo = cut_already()
    photo[150:250, 300:370, 3] = 100
    assert find_subject(photo, PhotoSettings(), None).picture[200, 330, 3] == 100
    assert find_subject(photo, PhotoSettings(mask_threshold=0.5), None).picture[200, 330, 3] == 0


def test_without_cutting_out_nothing_is_cleaned_up_or_criticised() -> None:
    cut = find_subject(cut_already(), PhotoSettings("none", 0.85, "", 0.5, True, True), None)
    assert np.array_equal(cut.picture, cut_already())
    assert cut.warnings == ()


@pytest.mark.parametrize("background", ["auto", "alpha", "rembg", "flat", "none"])
def test_a_painted_mask_is_used_as_painted_instead_of_any_method(tmp_path: Path, background: str) -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[100:300, 100:300] = 255
    mask[150:160, 150:160] = 0
    mask[200:210] = 90
    save_mask(mask, tmp_path / "mask.png")
    settings = PhotoSettings(background, 0.85, "", 0.9, True, True, str(tmp_path / "mask.png"))
    cut = find_subject(two_things(), settings, None)
    assert cut.method == "painted"
    assert np.array_equal(cut.picture[..., 3], mask)
    assert np.array_equal(cut.picture[..., :3], two_things()[..., :3])


def test_a_painted_mask_can_show_what_was_transparent(tmp_path: Path) -> None:
    save_mask(np.full((SIDE, SIDE), 255, np.uint8), tmp_path / "mask.png")
    clear = np.zeros((SIDE, SIDE, 4), np.uint8)
    assert find_subject(clear, PhotoSettings(mask_path=str(tmp_path / "mask.png")), None).picture.min(axis=(0, 1))[3]


def test_a_mask_of_another_photo_is_named(tmp_path: Path) -> None:
    Image.new("L", (300, 400), 255).save(tmp_path / "mask.png")
    with pytest.raises(failures.MaskSizeDiffers):
        find_subject(two_things(), PhotoSettings(mask_path=str(tmp_path / "mask.png")), None)


def test_an_empty_mask_is_no_subject_when_it_is_framed(tmp_path: Path) -> None:
    save_mask(np.zeros((SIDE, SIDE), np.uint8), tmp_path / "mask.png")
    cut = find_subject(two_things(), PhotoSettings(mask_path=str(tmp_path / "mask.png")), None)
    assert cut.warnings[0].startswith("The painted mask shows nothing")
    with pytest.raises(failures.SubjectMissing, match="painted mask shows nothing"):
        framed(cut, 0.85)
