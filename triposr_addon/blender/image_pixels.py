# SPDX-License-Identifier: GPL-3.0-or-later
"""The pixels of an image datablock as a PNG file: packed, generated, painted and unsaved ones have no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .failures import ImageEmpty
from .mesh_arrays import Floats
from .png import Bytes, png_file

RENDERED = {"RENDER_RESULT", "COMPOSITING"}
"""Images without pixels of their own: Blender keeps the render's."""


def save_image(image: bpy.types.Image, scene: bpy.types.Scene, path: Path) -> None:
    """Write what the image shows to a PNG file. scene: the one that was rendered, for a render result.

    Raises ImageEmpty or OSError.
    """
    if image.type in RENDERED:
        _save_render(image, scene, path)
    else:
        path.write_bytes(png_file(pixels_of(image)))


def pixels_of(image: bpy.types.Image) -> Bytes:
    """Red, green, blue, alpha as they are displayed, sRGB-encoded [H, W, 4], top row first. Raises ImageEmpty."""
    width, height = image.size
    stored: Any = image.pixels  # an array, which the stubs call one number
    if width * height == 0 or len(stored) == 0:
        raise ImageEmpty(image.name)
    values = np.empty(len(stored), np.float32)
    stored.foreach_get(values)
    rgba = _with_alpha(values.reshape(height, width, image.channels)[::-1])
    if image.alpha_mode == "NONE":
        rgba[..., 3] = 1.0
    if image.is_float:
        # An image of floats holds light, multiplied by its alpha.
        light = rgba[..., :3] / np.maximum(rgba[..., 3:], 1e-6)
        rgba[..., :3] = encoded(light.astype(np.float32))
    return (np.clip(rgba, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def _with_alpha(values: Floats) -> Floats:
    """Four channels of one, three or four."""
    height, width, channels = values.shape
    rgba = np.ones((height, width, 4), np.float32)
    if channels < 3:
        rgba[..., :3] = values[..., :1]
    else:
        rgba[..., :channels] = values
    return rgba


def encoded(linear: Floats) -> Floats:
    """Linear light -> sRGB's numbers, 0..1 (IEC 61966-2-1)."""
    linear = np.clip(linear, 0.0, 1.0)
    bright: Floats = 1.055 * linear ** np.float32(1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, bright).astype(np.float32)


def _save_render(image: bpy.types.Image, scene: bpy.types.Scene, path: Path) -> None:
    """Blender writes a render as the scene's output settings say; they are lent to PNG for that moment."""
    settings = scene.render.image_settings
    names = [name for name in ("media_type", "file_format", "color_mode", "color_depth") if hasattr(settings, name)]
    before = {name: getattr(settings, name) for name in names}
    wanted = {"media_type": "IMAGE", "file_format": "PNG", "color_mode": "RGBA", "color_depth": "8"}
    try:
        for name in names:
            setattr(settings, name, wanted[name])
        image.save_render(str(path), scene=scene)
    except RuntimeError as error:
        raise ImageEmpty(image.name) from error
    finally:
        for name in names:
            setattr(settings, name, before[name])
