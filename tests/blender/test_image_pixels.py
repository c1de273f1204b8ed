# SPDX-License-Identifier: GPL-3.0-or-later
"""An image's pixels as a PNG: read back by Blender, they are what the image showed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy

WIDTH, HEIGHT = 5, 3


@pytest.fixture
def pixels(room: Callable[[str], Any]) -> Any:
    return room("blender.image_pixels")


@pytest.fixture
def shown() -> Any:
    """Bytes [H, W, 4], top row first, none like another."""
    return np.arange(WIDTH * HEIGHT * 4, dtype=np.uint8).reshape(HEIGHT, WIDTH, 4) * 4


def new_image(bpy: Any, values: Any, **kind: Any) -> Any:
    image = bpy.data.images.new("test", WIDTH, HEIGHT, alpha=True, **kind)
    image.pixels.foreach_set(values[::-1].astype(np.float32).ravel())
    return image


def read(bpy: Any, path: Path) -> Any:
    image = bpy.data.images.load(str(path))
    values = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(values)
    return np.rint(values.reshape(image.size[1], image.size[0], image.channels)[::-1] * 255)


def test_a_generated_image_is_the_same_in_its_file(bpy: Any, pixels: Any, shown: Any, tmp_path: Path) -> None:
    pixels.save_image(new_image(bpy, shown / 255.0), bpy.context.scene, tmp_path / "image.png")
    np.testing.assert_array_equal(read(bpy, tmp_path / "image.png"), shown)


def test_a_packed_image_whose_file_is_gone_is_the_same(
    bpy: Any, room: Callable[[str], Any], pixels: Any, shown: Any, tmp_path: Path
) -> None:
    (tmp_path / "first.png").write_bytes(room("blender.png").png_file(shown))
    image = bpy.data.images.load(str(tmp_path / "first.png"))
    image.pack()
    (tmp_path / "first.png").unlink()
    pixels.save_image(image, bpy.context.scene, tmp_path / "second.png")
    np.testing.assert_array_equal(read(bpy, tmp_path / "second.png"), shown)


def test_light_becomes_what_the_screen_shows_and_alpha_comes_out_of_it(bpy: Any, pixels: Any) -> None:
    # Half of the light that an sRGB byte of 188 stands for, at half the alpha: the colour itself is that light.
    light = np.full((HEIGHT, WIDTH, 4), 0.5029 * 0.5)
    light[..., 3] = 0.5
    image = new_image(bpy, light, float_buffer=True)
    assert image.is_float
    np.testing.assert_allclose(pixels.pixels_of(image)[0, 0], [188, 188, 188, 128], atol=1)


def test_an_alpha_that_is_not_meant_is_not_taken(bpy: Any, pixels: Any, shown: Any) -> None:
    image = new_image(bpy, shown / 255.0)
    image.alpha_mode = "NONE"
    assert set(pixels.pixels_of(image)[..., 3].ravel()) == {255}


def test_an_image_whose_file_is_missing_is_empty(
    bpy: Any, pixels: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    image = bpy.data.images.new("lost", 4, 4)
    image.source, image.filepath = "FILE", str(tmp_path / "nowhere.png")
    with pytest.raises(room("blender.failures").ImageEmpty, match="lost"):
        pixels.save_image(image, bpy.context.scene, tmp_path / "image.png")


def test_a_render_is_saved_and_the_output_settings_stay(bpy: Any, pixels: Any, tmp_path: Path) -> None:
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 16, 8, 100
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode = "JPEG", "RGB"
    bpy.ops.render.render()
    pixels.save_image(bpy.data.images["Render Result"], scene, tmp_path / "render.png")
    assert read(bpy, tmp_path / "render.png").shape[:2] == (8, 16)
    assert (settings.file_format, settings.color_mode) == ("JPEG", "RGB")
