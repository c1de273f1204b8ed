# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos of a mug whose mask is known, before backdrops of every kind."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from triposr_addon.worker.photo import RgbaPicture

SIDE = 300


Share = npt.NDArray[np.float32]


def subject_mask() -> Share:
    """A mug: a body and a thin handle, drawn four times as large for soft edges."""
    image = Image.new("L", (SIDE * 4, SIDE * 4))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((300, 240, 760, 1000), 80, fill=255)
    draw.arc((640, 360, 1000, 840), -100, 100, fill=255, width=60)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / np.float32(255)


MASK = subject_mask()


def photo_of(backdrop: npt.ArrayLike, subject: npt.ArrayLike = (0.8, 0.2, 0.1), noise: float = 0.0) -> RgbaPicture:
    colour = MASK[..., None] * np.asarray(subject) + (1 - MASK[..., None]) * np.asarray(backdrop)
    colour = colour + np.random.default_rng(3).normal(0, noise, colour.shape)
    picture = np.full((SIDE, SIDE, 4), 255, np.uint8)
    picture[..., :3] = np.rint(colour.clip(0, 1) * 255)
    return picture


def as_jpeg(picture: RgbaPicture, quality: int) -> RgbaPicture:
    buffer = io.BytesIO()
    Image.fromarray(picture).convert("RGB").save(buffer, format="JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGBA"))


def gradient() -> Share:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    light = 0.95 - 0.25 * rows - 0.1 * ((columns - 0.5) ** 2 + (rows - 0.5) ** 2)
    return np.asarray(light[..., None] * np.array([1.0, 0.98, 0.94]), np.float32)


def transparent(alpha: npt.ArrayLike) -> RgbaPicture:
    photo = photo_of((1, 1, 1))
    photo[..., 3] = np.rint(np.asarray(alpha) * 255)
    return photo
