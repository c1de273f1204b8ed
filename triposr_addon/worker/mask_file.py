# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks as PNG files: those that an artist painted, and those that are handed out to be seen or painted on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from triposr_addon.worker.failures import MaskSizeDiffers, MaskUnreadable
from triposr_addon.worker.photo import RgbaPicture, sixteen_to_eight_bits
from triposr_addon.worker.result_file import written_aside

Alpha = npt.NDArray[np.uint8]


def load_mask(path: Path, shape: tuple[int, ...]) -> Alpha:
    """The mask [H, W] in the PNG at `path`: its alpha where it has one, else its grey (white is subject).

    shape: of the photo; rows and columns first.

    Raises:
        MaskUnreadable: no such file, or no sound PNG.
        MaskSizeDiffers: the size is not the photo's.
    """
    try:
        with Image.open(path, formats=("PNG",)) as image:
            if image.size != (shape[1], shape[0]):
                raise _size_differs(image.size, shape)
            image.load()
            return _mask_of(image)
    except (MaskSizeDiffers, MemoryError):
        raise
    except Exception as error:  # decoders raise whatever the damage led them to
        sentence = f"The painted mask {path.name} can't be read. Edit the mask again, or switch it off."
        raise MaskUnreadable(sentence, repr(error)) from error


def save_mask(alpha: Alpha, path: Path) -> None:
    """Write the mask [H, W] as a grey PNG. Raises OutputUnwritable."""
    _save(Image.fromarray(alpha), path)


def save_paintable(picture: RgbaPicture, path: Path) -> None:
    """Write the picture [H, W, 4] as PNG, colours also where it is transparent: painting can bring them back.

    Raises OutputUnwritable.
    """
    _save(Image.fromarray(picture), path)


def _save(image: Image.Image, path: Path) -> None:
    with written_aside(path) as aside:
        image.save(aside, format="PNG", compress_level=1)


def _mask_of(image: Image.Image) -> Alpha:
    if image.has_transparency_data:
        return np.array(image.convert("RGBA").getchannel("A"))
    if image.mode.startswith("I"):  # 16 bits
        return sixteen_to_eight_bits(np.asarray(image))
    return np.array(image.convert("L"))


def _size_differs(size: tuple[int, int], shape: tuple[int, ...]) -> MaskSizeDiffers:
    return MaskSizeDiffers(
        f"The painted mask has {size[0]} x {size[1]} pixels, but the photo has {shape[1]} x {shape[0]}. "
        "Forget the mask and edit it again for this photo, or switch it off."
    )
