# SPDX-License-Identifier: GPL-3.0-or-later
"""What a review says of a finished mesh: how well it fits its cut-out, from which camera, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..protocol import Reviewed
from .result_files import readable


@dataclass(frozen=True)
class ReviewResult:
    """picture: the drawn mesh (RGBA PNG, 256 x 256); it lies in the job's own folder and goes with it.

    facts: the numbers (see protocol.Reviewed); its own picture_path is `picture`.
    """

    picture: Path
    facts: Reviewed


def review_result(picture: Path, facts: Reviewed) -> ReviewResult:
    """Raises ResultUnreadable where the picture is not there."""
    return ReviewResult(readable(picture), facts)
