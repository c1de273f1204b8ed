# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain backdrop is taken away, whatever its colour and noise."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from PIL import Image

from tests.worker.mug_photos import MASK, SIDE, as_jpeg, gradient, photo_of
from triposr_addon.worker.background import cut_out
from triposr_addon.worker.photo import RgbaPicture

pytestmark = pytest.mark.torch


FLAT_PHOTOS = {
    "white": photo_of((1, 1, 1)),
    "black": photo_of((0, 0, 0)),
    "green": photo_of((0.2, 0.7, 0.3)),
    "noise": photo_of((0.8, 0.8, 0.8), noise=0.02),
    "jpeg": as_jpeg(photo_of((0.9, 0.9, 0.92)), 60),
    "gradient": photo_of(gradient()),
    "gradient, noise, jpeg": as_jpeg(photo_of(gradient(), noise=0.01), 75),
    "pale subject": photo_of((1, 1, 1), subject=(0.8, 0.8, 0.75)),
}


@pytest.mark.parametrize("photo", FLAT_PHOTOS.values(), ids=FLAT_PHOTOS)
def test_flat_backgrounds_are_taken_away(photo: RgbaPicture) -> None:
    cut = cut_out(photo, "flat", None)
    alpha = cut.picture[..., 3] / 255.0
    assert cut.warnings == ()
    assert alpha[MASK == 0].mean() < 0.01
    assert alpha[MASK == 1].mean() > 0.99
    assert np.abs(alpha - MASK).mean() < 0.01


def test_the_handles_hole_is_background_and_a_white_label_is_not() -> None:
    """What the border does not reach stays, even in the backdrop's colour."""
    photo = photo_of((1, 1, 1))
    photo[120:180, 100:160, :3] = 255
    cut = cut_out(photo, "flat", None)
    assert cut.picture[120:180, 100:160, 3].min() == 255


def test_soft_edges_lose_the_backdrops_colour() -> None:
    """On grey, no white rim is left around a red subject."""
    cut = cut_out(photo_of((1, 1, 1)), "flat", None).picture
    edge = (cut[..., 3] > 128) & (MASK < 1)
    assert edge.any()
    assert np.median(cut[edge][:, 1]) < 110  # green: 51 in the subject, 255 in the backdrop


def test_a_large_photo_keeps_its_size() -> None:
    large = np.asarray(Image.fromarray(photo_of((1, 1, 1))).resize((2400, 2400), Image.Resampling.BICUBIC))
    cut = cut_out(large, "flat", None)
    assert cut.picture.shape == (2400, 2400, 4)
    alpha = np.asarray(Image.fromarray(cut.picture[..., 3]).resize((SIDE, SIDE), Image.Resampling.BOX)) / 255
    assert np.abs(alpha - MASK).mean() < 0.01


def test_a_busy_background_is_told() -> None:
    patches = np.random.default_rng(1).random((20, 20, 3))
    cut = cut_out(photo_of(patches.repeat(SIDE // 20, axis=0).repeat(SIDE // 20, axis=1)), "flat", None)
    assert len(cut.warnings) == 1
    assert "not plain" in cut.warnings[0]
