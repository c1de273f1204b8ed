# SPDX-License-Identifier: GPL-3.0-or-later
"""A painted mask: an image datablock, packed into the .blend, whose alpha says what of its photo is subject.

Its colours are the photo's, so that one sees what one paints: erasing alpha takes away, adding alpha brings back. An
image without alpha, made elsewhere, is a mask too: white is subject.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np
import numpy.typing as npt

from .failures import MaskWithoutPixels
from .paths import shown

if TYPE_CHECKING:
    from .properties import TRIPOSR_PG_settings

MASK_OF = "triposr_mask_of"
"""The custom property that names the photo whose mask an image is."""

DEPTHS_WITH_ALPHA = (32, 64, 128)
"""Bits a pixel; an image without alpha has four channels as well, but 24, 48 or 96 bits."""

LUMINANCE = (0.2126, 0.7152, 0.0722)

Values = npt.NDArray[np.uint8]


def mask_from_file(file: Path, photo: Path) -> bpy.types.Image:
    """Take a photo whose alpha is its mask into the .blend, as the mask of `photo`."""
    image = bpy.data.images.load(str(file), check_existing=False)
    image.name = f"Mask of {shown(photo.name)}"
    image.alpha_mode = "STRAIGHT"
    image.pack()
    image.filepath_raw = f"//mask of {shown(photo.stem)}.png"  # where Save Image would put it; the job's own file goes
    image[MASK_OF] = shown(str(photo))
    return image


def mask_for_or_none(settings: TRIPOSR_PG_settings, photo: Path) -> bpy.types.Image | None:
    """The mask that is used for `photo`: not one that is switched off, nor another photo's."""
    return settings.mask if settings.use_mask and belongs_to(settings.mask, photo) else None


def belongs_to(mask: bpy.types.Image | None, photo: Path) -> bool:
    """Whether `mask` was made for `photo`, or for none in particular."""
    return mask is not None and mask.get(MASK_OF, shown(str(photo))) == shown(str(photo))


def mask_values(image: bpy.types.Image) -> Values:
    """The mask [H, W], top row first: alpha where the image has one, else its brightness. Raises MaskWithoutPixels."""
    width, height = image.size
    if width == 0 or height == 0:
        raise MaskWithoutPixels(image.name)
    flat = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(flat)  # type: ignore[attr-defined]  # an array, for the stubs one number
    pixels = flat.reshape(height, width, image.channels)[::-1]
    if image.depth in DEPTHS_WITH_ALPHA and image.channels == 4:
        values = pixels[..., 3]
    elif image.channels >= 3:
        values = pixels[..., :3] @ np.array(LUMINANCE, dtype=np.float32)
    else:
        values = pixels[..., 0]
    return np.asarray(np.rint(np.clip(np.nan_to_num(values), 0.0, 1.0) * 255.0), dtype=np.uint8)


@bpy.app.handlers.persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def pack_painted_masks(*_: object) -> None:
    """Before a .blend is saved: what was painted on a packed image since it was packed would else be lost."""
    for image in bpy.data.images:
        if image.get(MASK_OF) is not None and image.is_dirty:
            image.pack()
