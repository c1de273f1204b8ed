# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in the panel is the cut-out, over a checkerboard where it is transparent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def preview(room: Callable[[str], Any]) -> Iterator[Any]:
    shown = room("blender.cutout_preview").CutOutPreview()
    yield shown
    shown.close()


@pytest.fixture
def cutout(bpy: Any, tmp_path: Path) -> Path:
    """64 x 64: red on the left, transparent on the right."""
    image = bpy.data.images.new("cut", 64, 64, alpha=True)
    pixels = np.zeros((64, 64, 4), np.float32)
    pixels[:, :32] = (1.0, 0.0, 0.0, 1.0)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw = str(tmp_path / "cutout.png")
    image.save()
    return tmp_path / "cutout.png"


def test_the_cut_out_is_shown_over_a_checkerboard(preview: Any, cutout: Path) -> None:
    photo = cutout.with_name("photo.png")
    preview.show(photo, cutout)
    shown = preview.preview_or_none(photo)
    width, height = shown.image_size
    pixels = np.array(shown.image_pixels_float[:]).reshape(height, width, 4)
    assert pixels[..., 3].min() == 1.0
    np.testing.assert_allclose(pixels[height // 2, width // 8, :3], (1, 0, 0), atol=0.01)
    right = pixels[:, width * 3 // 4 :]
    assert len(np.unique(right[..., 0].round(2))) == 2
    np.testing.assert_allclose(right[..., 0], right[..., 1])


def test_it_stays_when_its_file_goes_and_is_of_one_photo_alone(preview: Any, cutout: Path) -> None:
    photo = cutout.with_name("photo.png")
    preview.show(photo, cutout)
    cutout.unlink()
    assert preview.preview_or_none(photo) is not None
    assert preview.preview_or_none(cutout.with_name("other.png")) is None


def test_where_there_is_no_cut_out_there_is_no_picture(preview: Any, cutout: Path) -> None:
    photo = cutout.with_name("photo.png")
    preview.show(photo, cutout)
    preview.show(photo, None)
    assert preview.preview_or_none(photo) is None
    photo.write_bytes(b"no picture")
    preview.show(photo, photo)
    assert preview.preview_or_none(photo) is None


def test_files_are_newer_than_those_before_and_than_now(room: Callable[[str], Any]) -> None:
    times = iter((10.9, 10.9, 200.0, 5.0))
    stamps = room("blender.cutout_preview").Stamps(clock=lambda: next(times))
    assert [stamps.next() for _ in range(4)] == [11, 12, 201, 202]


def test_a_broken_picture_does_not_hide_the_next_good_one(preview: Any, cutout: Path) -> None:
    photo = cutout.with_name("photo.png")
    photo.write_bytes(b"no picture")
    preview.show(photo, photo)
    preview.show(photo, cutout)
    assert preview.preview_or_none(photo) is not None


def test_soft_pixels_are_mixed(room: Callable[[str], Any]) -> None:
    half = np.full((4, 4, 4), 0.5, np.float32)
    half[..., :3] = 1.0
    preview = room("blender.cutout_preview")
    np.testing.assert_allclose(preview.over_checker(half)[..., 0], 0.5 + 0.5 * preview.LIGHT, atol=1e-6)
