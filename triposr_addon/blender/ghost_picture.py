# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture in a ghost: the subject alone where a cut-out is there, else the whole photo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from .queue import Ticket

Pixels = npt.NDArray[np.float32]

VISIBLE_ALPHA = 0.1


@dataclass(frozen=True, eq=False)
class SubjectPicture:
    """Straight RGBA [H, W, 4] in 0..1, sRGB-encoded, bottom row first, cropped to what is visible in it."""

    pixels: Pixels

    @property
    def aspect(self) -> float:
        """Width / height."""
        height, width = self.pixels.shape[:2]
        return float(width / height)


def cropped_to_subject(pixels: Pixels) -> SubjectPicture | None:
    """The part of a picture [H, W, 4] that is visible; None where nothing is."""
    visible = pixels[..., 3] >= VISIBLE_ALPHA
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if len(rows) == 0:
        return None
    cropped = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return SubjectPicture(np.ascontiguousarray(cropped, np.float32))


def pixels_of_preview(preview: bpy.types.ImagePreview | None) -> Pixels | None:
    """A preview's pixels, straight RGBA, bottom row first; None where it has none."""
    width, height = preview.image_size if preview is not None else (0, 0)
    if preview is None or width * height == 0:
        return None
    flat = np.empty(width * height * 4, np.float32)
    preview.image_pixels_float.foreach_get(flat)  # type: ignore[attr-defined]  # an array, for the stubs one number
    return flat.reshape(height, width, 4)


def subject_or_none(ticket: Ticket, photo: Path) -> SubjectPicture | None:
    """The picture for a job's ghost: looked for once, then kept with the ticket."""
    if not ticket.looked_for_subject:
        ticket.looked_for_subject = True
        pixels = pixels_of_preview(ticket.thumbnail.preview_or_none(photo))
        if ticket.subject is None and pixels is not None:
            ticket.subject = cropped_to_subject(pixels)
    return ticket.subject
