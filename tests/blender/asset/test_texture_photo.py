# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo that Blender took of a fitted chair, in one colour, is laid over its texture where it saw the chair."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]
SIDE = 240
PAINT = (250, 20, 200)


@pytest.fixture
def chair(bpy: Any, room: Callable[[str], Any], living_of: Callable[..., Any], tmp_path: Path) -> Any:
    """Painted all over in the photo that it says it was made of."""
    thing, scene = living_of("chair", resolution=48), bpy.context.scene
    camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (0.6, -4.2, 0.9), (math.radians(78), 0.0, math.radians(8))
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    scene.cycles.use_denoising, scene.render.film_transparent = False, True
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    scene.camera, scene.render.filepath = camera, str(tmp_path / "seen.png")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    alpha = np.array(image.pixels[:]).reshape(SIDE, SIDE, 4)[::-1, :, 3]
    bpy.data.images.remove(image)
    rgba = np.empty((SIDE, SIDE, 4), np.uint8)
    rgba[..., :3], rgba[..., 3] = PAINT, (alpha > 0.5) * 255
    (tmp_path / "chair.png").write_bytes(room("blender.png").png_file(rgba))
    thing["triposr_image"], thing["triposr_image_name"] = str(tmp_path / "chair.png"), "chair.png"
    thing["triposr_settings"] = {"background": "alpha", "foreground_ratio": 0.85}
    thing["triposr_recipe"] = {"background": "alpha"}
    settings = scene.triposr_asset.texture
    settings.size, settings.photo = "512", True
    return thing


def test_the_photo_is_laid_over_what_it_saw_and_refused_where_it_does_not_fit_or_is_gone(
    bpy: Any, room: Callable[[str], Any], chair: Any, session: Any, tmp_path: Path
) -> None:
    assert bpy.ops.triposr.bake_texture() == {"FINISHED"}
    image = next(node.image for node in chair.active_material.node_tree.nodes if node.type == "TEX_IMAGE")
    flat = np.empty(4 * 512 * 512, np.float32)
    image.pixels.foreach_get(flat)
    texels = flat.reshape(-1, 4)[:, :3]
    painted = np.abs(texels - np.array(PAINT) / 255.0).max(axis=1) < 0.02
    assert 0.02 < painted.mean() < 0.5
    assert 0.05 < chair.data["triposr_texture"]["from_photo"] < 0.5
    assert "from the photo" in session.asset_notice
    down, across = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    disc = np.full((SIDE, SIDE, 4), 200, np.uint8)
    disc[..., 3] = (down**2 + across**2 < 80**2) * 255
    (tmp_path / "chair.png").write_bytes(room("blender.png").png_file(disc))
    with pytest.raises(RuntimeError, match="overlap by"):
        bpy.ops.triposr.bake_texture()
    (tmp_path / "chair.png").unlink()
    with pytest.raises(RuntimeError, match=r"chair\.png"):
        bpy.ops.triposr.bake_texture()
