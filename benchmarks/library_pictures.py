# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to measure libraries with: the training's held-out objects, all different, cut out or before a backdrop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from training.samples import SPLIT_SEEDS, picture_of, placed_object

SIDE = 512
FIRST_SEED = SPLIT_SEEDS["test"]
JPEG_QUALITY = 92
BACKDROP = np.array([0.93, 0.92, 0.90])

Picture = npt.NDArray[np.uint8]


def cut_out_picture(number: int, side: int = SIDE) -> Picture:
    """RGBA [side, side, 4] of the held-out object of that number, on nothing."""
    seed = FIRST_SEED + number
    return picture_of(placed_object(seed), seed, side)


def before_backdrop(picture: Picture, seed: int) -> Picture:
    """The same as a photo, RGB [H, W, 3]: a plain backdrop, lighter above, with a camera's noise."""
    rows = np.linspace(1.0, 0.86, len(picture))[:, None, None]
    noise = np.random.default_rng(seed).normal(0.0, 0.006, (*picture.shape[:2], 1))
    share = picture[..., 3:] / 255.0
    colour = picture[..., :3] / 255.0 * share + (BACKDROP * rows + noise) * (1.0 - share)
    photo: Picture = np.rint(colour.clip(0.0, 1.0) * 255.0).astype(np.uint8)
    return photo


def write_pictures(folder: Path, count: int, side: int = SIDE) -> list[Path]:
    """`count` files in `folder`, every other one a PNG with alpha, the others JPEG photos without."""
    return [_written(folder, number, side) for number in range(count)]


def _written(folder: Path, number: int, side: int) -> Path:
    picture = cut_out_picture(number, side)
    if number % 2 == 0:
        path = folder / f"object_{number:04d}.png"
        Image.fromarray(picture).save(path)
        return path
    path = folder / f"object_{number:04d}.jpg"
    Image.fromarray(before_backdrop(picture, number)).save(path, quality=JPEG_QUALITY)
    return path


def write_photo(folder: Path, megapixels: int, *, with_alpha: bool) -> Path:
    """One photo of a 4:3 camera of so many megapixels: a JPEG before a backdrop, or a PNG with alpha."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    height = round(megapixels * 1e6 / width)
    subject = Image.fromarray(cut_out_picture(0)).resize((height, height), Image.Resampling.BICUBIC)
    canvas = Image.new("RGBA", (width, height))
    canvas.paste(subject, ((width - height) // 2, 0))
    if with_alpha:
        path = folder / f"cut_out_{megapixels}_mp.png"
        canvas.save(path)
        return path
    path = folder / f"photo_{megapixels}_mp.jpg"
    Image.fromarray(before_backdrop(np.asarray(canvas), megapixels)).save(path, quality=JPEG_QUALITY)
    return path
