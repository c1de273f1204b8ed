# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network is to see of a photo: loaded, cut out and framed. Needs no model, no device, and can be pickled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triposr_addon.protocol import Frame, PhotoSettings
from triposr_addon.worker.device import naming_out_of_memory
from triposr_addon.worker.framing import composite_on_grey
from triposr_addon.worker.photo import RgbaPicture, load_photo
from triposr_addon.worker.sound_text import sound_text
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.subject import find_subject, framed
from triposr_addon.worker.weight_placement import HOME


@dataclass(frozen=True, eq=False)
class PreparedPhoto:
    """A photo on its way into the network.

    picture: float32 [S, S, 3], RGB in 0..1, as the network sees it: mirrored where `mirror` says so. framed: the
    cut-out uint8 [N, N, 4], as the photo shows it in either case. method: how it was cut out. photo: the file's
    name, odd bytes as %E9.
    """

    picture: npt.NDArray[np.float32]
    framed: RgbaPicture
    frame: Frame
    method: str
    warnings: tuple[str, ...]
    photo: str
    foreground_ratio: float
    mirror: bool = False


def prepare_photo(
    photo_path: Path, image_size: int, settings: PhotoSettings, rembg_home: Path | None, steps: Steps
) -> PreparedPhoto:
    """Load, cut out and frame the photo at `photo_path` for a network that sees pictures of `image_size` pixels a side.

    Raises PhotoFailure, RembgFailure, MaskFailure, SettingsInvalid, OutOfMemory, Cancelled.
    """
    with naming_out_of_memory(HOME):
        with steps.step("load photo"):
            photo = load_photo(photo_path)
        with steps.step("cut out"):
            cut = find_subject(photo, settings, rembg_home)
        with steps.step("frame"):
            square, frame = framed(cut, settings.foreground_ratio)
            seen = composite_on_grey(square, image_size)
            picture = (seen.flip(1) if settings.mirror else seen).numpy()
    about = (cut.method, cut.warnings, sound_text(photo_path.name), settings.foreground_ratio)
    return PreparedPhoto(picture, square, frame, *about, mirror=settings.mirror)
