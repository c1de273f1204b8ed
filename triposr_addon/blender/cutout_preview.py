# SPDX-License-Identifier: GPL-3.0-or-later
"""The framed cut-out as a small picture in the panel, on a checkerboard: what is transparent reads as such."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import bpy.utils.previews
import numpy as np

from .ghost_picture import Pixels, SubjectPicture, cropped_to_subject, pixels_of_preview

SQUARE_PIXELS = 16
COMPOSED = "composed"
DARK, LIGHT = 0.36, 0.46
"""Greys of the squares: a black subject and a white one both stand out."""


class Stamps:
    """Times of files, in whole seconds: each later than the one before and than now.

    Than now, because Blender notes the time when a file was no picture, and tries it again only when it is newer.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._newest = 0

    def next(self) -> int:
        """The next one."""
        self._newest = max(self._newest, int(self._clock())) + 1
        return self._newest


_stamps = Stamps()
"""Of all previews in this Blender: they share the places of their files."""


class CutOutPreview:
    """One preview at a time; it lives on when the cut-out's file has gone."""

    def __init__(self, copy: str = "triposr_cutout.png") -> None:
        """copy: the name of the one file that Blender sees."""
        self._copy = copy
        self._previews = bpy.utils.previews.new()
        self._photo: Path | None = None
        self._subject: SubjectPicture | None = None

    def show(self, photo: Path, cutout: Path | None) -> None:
        """From now on show this cut-out of `photo`; nothing where there is none, or its file is no picture."""
        self._previews.clear()
        pixels = self._pixels_or_none(cutout) if cutout is not None else None
        self._photo = photo if pixels is not None else None
        self._subject = cropped_to_subject(pixels) if pixels is not None else None
        if pixels is not None:
            self._compose(pixels)

    def preview_or_none(self, photo: Path) -> bpy.types.ImagePreview | None:
        """The last cut-out that was shown, if it is of `photo`: it stays while a newer one is made."""
        return self._previews[COMPOSED] if photo == self._photo else None

    def subject_or_none(self, photo: Path) -> SubjectPicture | None:
        """What of that cut-out is visible, if it is of `photo`."""
        return self._subject if photo == self._photo else None

    def close(self) -> None:
        """Give the preview back: Blender warns about those that are left over."""
        bpy.utils.previews.remove(self._previews)

    def _pixels_or_none(self, cutout: Path) -> Pixels | None:
        """Straight RGBA [H, W, 4] in 0..1, as Blender's thumbnails are: bottom row first, at most 256 pixels."""
        return pixels_of_preview(self._previews.load("file", str(self._where_thumbnails_are_few(cutout)), "IMAGE"))

    def _where_thumbnails_are_few(self, cutout: Path) -> Path:
        """A copy in one place, ever newer: Blender keeps a thumbnail of each path in the user's cache for ever.

        It tells whether a file has changed by whole seconds.
        """
        copy = Path(bpy.app.tempdir, self._copy)
        shutil.copyfile(cutout, copy)
        newest = _stamps.next()
        os.utime(copy, (newest, newest))
        return copy

    def _compose(self, pixels: Pixels) -> None:
        composed = self._previews.new(COMPOSED)
        composed.image_size = pixels.shape[1], pixels.shape[0]
        flat = np.ascontiguousarray(over_checker(pixels)).ravel()
        composed.image_pixels_float.foreach_set(flat)  # type: ignore[attr-defined]  # an array, for the stubs one number


def over_checker(pixels: Pixels) -> Pixels:
    """The picture [H, W, 4] on the checkerboard, opaque."""
    rows, columns = np.indices(pixels.shape[:2]) // SQUARE_PIXELS
    squares = np.where((rows + columns) % 2 == 0, np.float32(LIGHT), np.float32(DARK))[..., None]
    share = pixels[..., 3:]
    colour = pixels[..., :3] * share + squares * (1.0 - share)
    return np.concatenate([colour, np.ones_like(share)], axis=-1, dtype=np.float32)
