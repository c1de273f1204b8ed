# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame: the cut-out subject becomes the square picture on grey that the network was trained on.

Follows the reference (TripoSR d26e331, `resize_foreground` and its image preprocessor) but for two faults of it: a
faint halo does not shrink the subject, and its last row and column are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from triposr_addon.worker.failures import SubjectMissing
from triposr_addon.worker.photo import RgbaPicture
from triposr_addon.worker.regions import Mask, in_blocks, larger_regions, over_blocks
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.setting_limits import check_foreground_ratio

if TYPE_CHECKING:
    from torch import Tensor

VISIBLE_ALPHA = 26
"""About a tenth: fainter pixels are halo, not subject."""

SPECK_SHARE = 0.01
"""Regions smaller than this share of the largest one do not widen the frame."""

SUBJECT_NOT_FOUND = (
    "No subject was found in the photo. Choose another background method, "
    "or a photo whose subject stands out from its background."
)

LEAST_SUBJECT_SHARE = 0.0004
"""A subject smaller than this share of the photo is none: 20 x 20 pixels of a 1000 x 1000 photo."""

REGION_SIDE = 256
GREY = 0.5
CUTOUT_SIDE = 1024


@dataclass(frozen=True)
class Square:
    """A square around a part of a picture: rows top..bottom and columns left..right, the ends one past the last.

    foreground_ratio: of the part's longer side to the square's.
    """

    top: int
    bottom: int
    left: int
    right: int
    foreground_ratio: float

    @property
    def side(self) -> int:
        """In pixels."""
        return int(max(self.bottom - self.top, self.right - self.left) / self.foreground_ratio)

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the picture where the square's upper left pixel is; may lie outside."""
        above, before = (self.side - (self.bottom - self.top)) // 2, (self.side - (self.right - self.left)) // 2
        return self.top - above, self.left - before

    def of(self, picture: RgbaPicture) -> RgbaPicture:
        """The part, centred on a transparent square [N, N, 4]."""
        square = np.zeros((self.side, self.side, 4), dtype=np.uint8)
        rows, columns = (slice(low - start, high - start) for low, high, start in self._ends())
        square[rows, columns] = picture[self.top : self.bottom, self.left : self.right]
        return square

    def _ends(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        row, column = self.corner
        return (self.top, self.bottom, row), (self.left, self.right, column)


def subject_square(picture: RgbaPicture, foreground_ratio: float) -> Square:
    """The square around the picture's [H, W, 4] subject.

    foreground_ratio: the share of the square's side that the subject's longer side takes, 0.5..1.

    Raises:
        SubjectMissing: nothing is visible but specks.
        SettingsInvalid: the ratio is out of range.
    """
    check_foreground_ratio(foreground_ratio)
    return Square(*_subject_box(picture), foreground_ratio)


def whole_square(picture: RgbaPicture, foreground_ratio: float) -> Square:
    """The square around the whole picture [H, W, 4]."""
    return Square(0, picture.shape[0], 0, picture.shape[1], foreground_ratio)


def frame_subject(picture: RgbaPicture, foreground_ratio: float) -> RgbaPicture:
    """Crop the picture to its subject and pad to a transparent square [N, N, 4]: see subject_square."""
    return subject_square(picture, foreground_ratio).of(picture)


def pad_to_square(picture: RgbaPicture, foreground_ratio: float) -> RgbaPicture:
    """Centre the picture [H, W, 4] on a transparent square whose side is its longer one / foreground_ratio."""
    return whole_square(picture, foreground_ratio).of(picture)


def composite_on_grey(square: RgbaPicture, side: int) -> Tensor:
    """The framed picture [N, N, 4] on 0.5 grey at `side` pixels: RGB float32 [side, side, 3] in 0..1.

    Rounded to 8 bits before scaling, as in the reference; antialiased bilinear.
    """
    import torch  # here: a cut-out to look at must not wait the seconds that this takes
    from torch.nn import functional

    colour, alpha = square[..., :3].astype(np.float32) / 255.0, square[..., 3:].astype(np.float32) / 255.0
    composed = np.floor((colour * alpha + (1.0 - alpha) * GREY) * 255.0) / np.float32(255.0)
    planes = torch.from_numpy(composed.astype(np.float32)).permute(2, 0, 1)[None]
    scaled = functional.interpolate(planes, (side, side), mode="bilinear", align_corners=False, antialias=True)
    return scaled[0].permute(1, 2, 0).contiguous()


def subject_pixels(alpha: npt.NDArray[np.uint8]) -> Mask:
    """Where in `alpha` [H, W] the subject is: all that is visible, but for specks. Raises SubjectMissing."""
    visible = alpha >= VISIBLE_ALPHA
    if visible.mean() < LEAST_SUBJECT_SHARE:
        raise SubjectMissing(SUBJECT_NOT_FOUND)
    return visible & _without_specks(visible)


def _subject_box(picture: RgbaPicture) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of the subject; bottom and right are one past its last pixel."""
    visible = subject_pixels(picture[..., 3])
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _without_specks(visible: Mask) -> Mask:
    """Where the regions lie that are more than specks, in blocks of pixels: wide enough for every pixel of them."""
    counts, block = in_blocks(visible, REGION_SIDE)
    return over_blocks(larger_regions(counts, SPECK_SHARE), block, visible.shape)


def save_cutout(square: RgbaPicture, path: Path) -> None:
    """Write the framed cut-out [N, N, 4] as PNG, at most CUTOUT_SIDE pixels. Raises OutputUnwritable."""
    image = Image.fromarray(square)
    image.thumbnail((CUTOUT_SIDE, CUTOUT_SIDE))
    with written_aside(path) as aside:
        image.save(aside, format="PNG", compress_level=1)  # a quarter of the time for a tenth more bytes
