# SPDX-License-Identifier: GPL-3.0-or-later
"""What a review says of a finished mesh: how well it fits its cut-out, from which camera, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..protocol import Review, Reviewed
from .result_files import readable


@dataclass(frozen=True)
class ReviewResult:
    """picture: the drawn mesh, thumbnail: the cut-out (RGBA PNG, 256 x 256). They lie in the job's folder.

    facts: the numbers, see protocol.Reviewed.
    """

    picture: Path
    thumbnail: Path
    facts: Reviewed


def review_question(job: str, mesh: Path, cutout: Path, folder: Path) -> Review:
    """What to ask the worker; its files go into `folder`."""
    paths = (mesh, cutout, folder / "review.png", folder / "thumbnail.png")
    return Review(job, *(str(path.absolute()) for path in paths))


def review_result(answer: Reviewed) -> ReviewResult:
    """Raises ResultUnreadable where a picture is not there."""
    return ReviewResult(readable(Path(answer.picture_path)), readable(Path(answer.thumbnail_path)), answer)
