# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks come out of their files exactly, whatever kind of PNG they are, or with a reason why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from triposr_addon.worker import failures
from triposr_addon.worker.mask_file import load_mask, save_mask, save_paintable

pytestmark = pytest.mark.torch

MASK = np.random.default_rng(5).integers(0, 256, (30, 40), dtype=np.uint8)
COLOUR = np.random.default_rng(6).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def test_a_grey_mask_comes_back(tmp_path: Path) -> None:
    save_mask(MASK, tmp_path / "mask.png")
    with Image.open(tmp_path / "mask.png") as image:
        assert (image.mode, image.size) == ("L", (40, 30))
    assert np.array_equal(load_mask(tmp_path / "mask.png", (30, 40, 4)), MASK)


def test_of_a_painted_photo_the_mask_is_its_alpha_and_no_colour_is_lost(tmp_path: Path) -> None:
    picture = np.dstack([COLOUR, MASK])
    save_paintable(picture, tmp_path / "paint.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "paint.png")), picture)
    assert np.array_equal(load_mask(tmp_path / "paint.png", (30, 40)), MASK)


@pytest.mark.parametrize("mode", ["RGB", "1", "P", "I;16"])
def test_black_and_white_is_a_mask_in_every_mode(tmp_path: Path, mode: str) -> None:
    white = np.where(MASK > 127, 255, 0).astype(np.uint8)
    image = Image.fromarray(white)
    image = Image.fromarray(white.astype(np.uint16) * 257) if mode == "I;16" else image.convert(mode)
    image.save(tmp_path / "mask.png")
    assert np.array_equal(load_mask(tmp_path / "mask.png", white.shape), white)


def test_an_opaque_alpha_is_a_full_mask(tmp_path: Path) -> None:
    Image.fromarray(np.dstack([COLOUR, np.full_like(MASK, 255)])).save(tmp_path / "mask.png")
    assert load_mask(tmp_path / "mask.png", MASK.shape).min() == 255


def test_another_size_is_named_with_both(tmp_path: Path) -> None:
    save_mask(MASK, tmp_path / "mask.png")
    with pytest.raises(failures.MaskSizeDiffers, match=r"40 x 30 pixels, but the photo has 50 x 60"):
        load_mask(tmp_path / "mask.png", (60, 50, 4))


@pytest.mark.parametrize("data", [None, b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_png_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "mask.png"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(failures.MaskUnreadable, match="Edit the mask again"):
        load_mask(path, (30, 40))


def test_half_a_png_is_named(tmp_path: Path) -> None:
    save_mask(MASK, tmp_path / "mask.png")
    whole = (tmp_path / "mask.png").read_bytes()
    (tmp_path / "mask.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(failures.MaskUnreadable):
        load_mask(tmp_path / "mask.png", (30, 40))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(failures.OutputUnwritable):
        save_mask(MASK, tmp_path / "nowhere" / "mask.png")
