# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers `cut_out`: a photo file becomes a framed picture and a mask, to be looked at before anything runs."""

from __future__ import annotations

from pathlib import Path

from triposr_addon.protocol import CutOut, CutOutMade, Frame
from triposr_addon.worker import background
from triposr_addon.worker.failures import OutOfMemory, SubjectMissing
from triposr_addon.worker.framing import save_cutout
from triposr_addon.worker.mask_file import save_mask, save_paintable
from triposr_addon.worker.photo import is_turned, load_photo
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.subject import find_subject, framed


def make_cut_out(request: CutOut, rembg_home: Path | None, steps: Steps) -> CutOutMade:
    """Write the files that `request` names. Where there is no subject that is no failure: a mask can be painted.

    Raises PhotoFailure, RembgFailure, MaskFailure, SettingsInvalid, OutOfMemory, OutputUnwritable,
    Cancelled.
    """
    try:
        return _made(request, rembg_home, steps)
    except MemoryError as error:
        raise OutOfMemory(
            "The computer's memory is too small for this photo. Close other programs, or scale it down.", repr(error)
        ) from error


def _made(request: CutOut, rembg_home: Path | None, steps: Steps) -> CutOutMade:
    with steps.step("load photo"):
        photo, turned = load_photo(Path(request.photo_path)), is_turned(Path(request.photo_path))
    with steps.step("cut out"):
        cut = find_subject(photo, request.settings, rembg_home)
    with steps.step("frame"):
        cutout_path, frame = _save_framed(cut, request)
        if request.mask_path:
            save_mask(cut.picture[..., 3], Path(request.mask_path))
        if request.paint_path:
            save_paintable(cut.picture, Path(request.paint_path))
    warnings = list(cut.warnings)
    return CutOutMade(cutout_path, request.mask_path, cut.method, cut.model, warnings, steps.seconds, frame, turned)


def _save_framed(cut: background.CutOut, request: CutOut) -> tuple[str, Frame]:
    try:
        square, frame = framed(cut, request.settings.foreground_ratio)
    except SubjectMissing:  # among the cut-out's warnings already
        return "", Frame()
    save_cutout(square, Path(request.cutout_path))
    return request.cutout_path, frame
