# SPDX-License-Identifier: GPL-3.0-or-later
"""From a photo to its subject: cut out as the settings say, cleaned up, framed, and looked at critically."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from triposr_addon.protocol import Frame, PhotoSettings
from triposr_addon.worker.background import CutOut, cut_out
from triposr_addon.worker.cutout_warnings import cutout_warnings
from triposr_addon.worker.failures import SubjectMissing
from triposr_addon.worker.framing import SUBJECT_NOT_FOUND, Square, subject_square, whole_square
from triposr_addon.worker.mask_cleanup import cleaned
from triposr_addon.worker.mask_file import load_mask
from triposr_addon.worker.photo import RgbaPicture

PAINTED = "painted"
"""The method of a cut-out whose mask the artist painted."""

MASK_SHOWS_NOTHING = "The painted mask shows nothing of the photo. Restore the subject in it, or forget the mask."


def find_subject(photo: RgbaPicture, settings: PhotoSettings, rembg_home: Path | None) -> CutOut:
    """Give `photo` [H, W, 4] the subject's alpha: the painted mask as it is, else what the method finds, cleaned up.

    Raises PhotoFailure, RembgFailure, MaskFailure, SettingsInvalid.
    """
    if settings.mask_path:
        alpha = load_mask(Path(settings.mask_path), photo.shape)
        cut = CutOut(np.dstack([photo[..., :3], alpha]), PAINTED)
    else:
        cut = cut_out(photo, settings.background, rembg_home, settings.rembg_model)
        if cut.method == "none":
            return cut
        alpha = cleaned(cut.picture[..., 3], settings)
        cut = replace(cut, picture=np.dstack([cut.picture[..., :3], alpha]))
    nothing = MASK_SHOWS_NOTHING if cut.method == PAINTED else SUBJECT_NOT_FOUND
    return replace(cut, warnings=(*cut.warnings, *cutout_warnings(alpha, nothing)))


def framed(cut: CutOut, foreground_ratio: float) -> tuple[RgbaPicture, Frame]:
    """The square picture [N, N, 4] that is put on grey for the network, and where it lies in the photo.

    Raises SubjectMissing, SettingsInvalid.
    """
    try:
        square = _square(cut, foreground_ratio)
    except SubjectMissing as failure:
        raise (SubjectMissing(MASK_SHOWS_NOTHING) if cut.method == PAINTED else failure) from None
    (top, left), (height, width) = square.corner, cut.picture.shape[:2]
    return square.of(cut.picture), Frame(left, top, square.side, width, height)


def _square(cut: CutOut, foreground_ratio: float) -> Square:
    whole = cut.method == "none"  # the whole photo is the picture, already framed by the artist
    return whole_square(cut.picture, 1.0) if whole else subject_square(cut.picture, foreground_ratio)
