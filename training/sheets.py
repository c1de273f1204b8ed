# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets: a picture, and what the model makes of it from the front and from the side."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from training.evaluate import field_of_picture
from training.field_picture import field_pictures
from training.samples import SPLIT_SEEDS, picture_of, placed_object
from training.validation import framed
from triposr_addon.protocol import PhotoSettings
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.image_to_field import image_to_field
from triposr_addon.worker.steps import Steps

ANGLES = [(0.0, 0.0), (40.0, 20.0)]
SIZE = 160
Picture = NDArray[np.uint8]


def over_grey(rgba: Picture) -> Picture:
    """An RGBA picture [N, N, 4] over 50 % grey at the sheet's size: RGB."""
    image = Image.fromarray(rgba)
    base = Image.new("RGBA", image.size, (128, 128, 128, 255))
    base.alpha_composite(image)
    return np.asarray(base.convert("RGB").resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def held_out_row(checkpoint: LoadedCheckpoint, index: int) -> list[Picture]:
    """One test object: its picture and two views of the reconstruction."""
    seed = SPLIT_SEEDS["test"] + index
    thing = placed_object(seed)
    field = field_of_picture(checkpoint, framed(picture_of(thing, seed, checkpoint.config.image_size)))
    return [over_grey(picture_of(thing, seed, SIZE)), *field_pictures(field, ANGLES, SIZE)]


def photo_row(checkpoint: LoadedCheckpoint, path: Path) -> list[Picture]:
    """One photo through the product's own steps: its framed cut-out and two views of the reconstruction."""
    steps = Steps(lambda *_told: None, lambda: False)
    result = image_to_field(path, checkpoint, PhotoSettings(), None, steps)
    return [over_grey(np.asarray(result.framed)), *field_pictures(result.field, ANGLES, SIZE)]


def write_sheet(rows: list[list[Picture]], columns: int, output: Path) -> None:
    """Lays rows of pictures out in so many columns of rows and saves the sheet."""
    strips = [np.concatenate(row, axis=1) for row in rows]
    blank = np.full_like(strips[0], 128)
    strips += [blank] * (-len(strips) % columns)
    lines = [np.concatenate(strips[i : i + columns], axis=1) for i in range(0, len(strips), columns)]
    output.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(lines)).save(output, optimize=True)


def held_out_sheet(folder: Path, output: Path, count: int = 12) -> None:
    """The first `count` test objects, none left out."""
    checkpoint = load_checkpoint(folder, torch.device("cpu"), "full")
    write_sheet([held_out_row(checkpoint, i) for i in range(count)], 3, output)


def photo_sheet(folder: Path, photos: list[Path], output: Path) -> None:
    """The given photos."""
    checkpoint = load_checkpoint(folder, torch.device("cpu"), "full")
    write_sheet([photo_row(checkpoint, path) for path in photos], 1, output)
