# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a photo the network saw: asked again for a finished object, beside the cut-outs that an artist looks at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..protocol import CutOut, CutOutMade, Frame, PhotoSettings
from .result_files import readable


@dataclass(frozen=True)
class FrameRequest:
    """A photo to be cut out as it was. rembg_home: where background models lie. upright: give the turned photo, too.

    name, subject: as in ExtractRequest.
    """

    photo: Path
    settings: PhotoSettings
    rembg_home: Path
    name: str
    upright: bool = False
    subject: str = ""


@dataclass(frozen=True)
class FrameResult:
    """The files lie in the job's folder. cutout: the framed picture (RGBA PNG); None where there is no subject.

    frame: where it lies in the upright photo. upright: that photo (RGBA PNG, its alpha is the mask), if it was wanted.
    turned: the file's pixels lie otherwise than the upright photo's.
    """

    cutout: Path | None
    frame: Frame
    upright: Path | None
    warnings: tuple[str, ...]
    turned: bool = False


def frame_question(job: str, request: FrameRequest, folder: Path) -> CutOut:
    """What to ask the worker; its files go into `folder`."""
    return CutOut(
        job=job,
        photo_path=str(request.photo.absolute()),
        cutout_path=str(folder / "cutout.png"),
        paint_path=str(folder / "upright.png") if request.upright else "",
        rembg_home=str(request.rembg_home),
        settings=request.settings,
    )


def frame_result(request: FrameRequest, answer: CutOutMade, folder: Path) -> FrameResult:
    """Raises ResultUnreadable where a file is not there."""
    cutout = readable(Path(answer.cutout_path)) if answer.cutout_path else None
    upright = readable(folder / "upright.png") if request.upright else None
    return FrameResult(cutout, answer.frame, upright, tuple(answer.warnings), answer.turned)
