# SPDX-License-Identifier: GPL-3.0-or-later
"""A mask is what was painted, to the last pixel, wherever the image comes from and whatever happened to it since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytestmark = pytest.mark.bpy

WIDTH, HEIGHT = 13, 7
MASK = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
GREYS = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)


def fill(image: Any, grey: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8]) -> None:
    rows = np.stack([grey, grey, grey, alpha], axis=-1)[::-1].astype(np.float32) / np.float32(255)
    image.pixels.foreach_set(np.ascontiguousarray(rows).ravel())
    image.update()


@pytest.fixture
def painted(bpy: Any, tmp_path: Path, room: Callable[[str], Any]) -> Any:
    """A mask as Edit Mask makes it, from a file that has gone since."""
    image = bpy.data.images.new("photo", WIDTH, HEIGHT, alpha=True)
    fill(image, GREYS, MASK)
    image.filepath_raw = str(tmp_path / "paint.png")
    image.save()
    bpy.data.images.remove(image)
    mask = room("blender.mask_image").mask_from_file(tmp_path / "paint.png", tmp_path / "cup.png")
    (tmp_path / "paint.png").unlink()
    return mask


def test_the_mask_of_a_painted_photo_is_its_alpha(painted: Any, room: Callable[[str], Any]) -> None:
    assert painted.name == "Mask of cup.png"
    assert np.array_equal(room("blender.mask_image").mask_values(painted), MASK)


def test_what_is_painted_later_counts_unsaved_and_all(painted: Any, room: Callable[[str], Any]) -> None:
    fill(painted, GREYS, 255 - MASK)
    assert painted.is_dirty
    assert np.array_equal(room("blender.mask_image").mask_values(painted), 255 - MASK)
    painted.pack()
    assert np.array_equal(room("blender.mask_image").mask_values(painted), 255 - MASK)


def test_a_saved_blend_keeps_what_was_painted(
    bpy: Any, painted: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    """Blender alone would save a packed image as it was packed."""
    bpy.context.scene.triposr.mask = painted
    fill(painted, GREYS, 255 - MASK)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    kept = bpy.context.scene.triposr.mask
    assert kept.name == "Mask of cup.png"
    assert np.array_equal(room("blender.mask_image").mask_values(kept), 255 - MASK)


def test_an_image_without_alpha_is_a_mask_by_its_brightness(bpy: Any, room: Callable[[str], Any]) -> None:
    image = bpy.data.images.new("black and white", WIDTH, HEIGHT, alpha=False)
    fill(image, np.where(MASK > 99, 255, 0).astype(np.uint8), np.full_like(MASK, 255))
    assert np.array_equal(room("blender.mask_image").mask_values(image), np.where(MASK > 99, 255, 0))


def test_a_float_image_is_a_mask_too(bpy: Any, room: Callable[[str], Any]) -> None:
    image = bpy.data.images.new("float", WIDTH, HEIGHT, alpha=True, float_buffer=True)
    fill(image, GREYS, MASK)
    assert np.array_equal(room("blender.mask_image").mask_values(image), MASK)


def test_an_image_whose_file_is_gone_is_named(bpy: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    image = bpy.data.images.new("lost", WIDTH, HEIGHT)
    image.source, image.filepath = "FILE", str(tmp_path / "nowhere.png")
    image.reload()
    with pytest.raises(room("blender.failures").MaskWithoutPixels, match="lost"):
        room("blender.mask_image").mask_values(image)


def test_a_mask_belongs_to_its_photo_and_one_made_elsewhere_to_any(
    bpy: Any, painted: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    belongs_to = room("blender.mask_image").belongs_to
    assert belongs_to(painted, tmp_path / "cup.png")
    assert not belongs_to(painted, tmp_path / "plate.png")
    assert belongs_to(bpy.data.images.new("made elsewhere", 4, 4), tmp_path / "plate.png")
    assert not belongs_to(None, tmp_path / "cup.png")
