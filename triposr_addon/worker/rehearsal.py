# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way from photo to mesh once, small and for nobody: what is slow the first time was then done before.

A graphics card loads each kernel at its first use, and sets its libraries up; that takes longer than a photo does.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.worker.failures import SurfaceFailure
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.workbench import Workbench

UNCUT = PhotoSettings(background="none")
"""Cutting out is no work for the card, and a background model takes seconds."""

SMALL = SurfaceSettings(resolution=64)


def rehearse(bench: Workbench, model_folder: Path, photo_path: Path, steps: Steps) -> None:
    """Make a mesh of the photo and drop it. Raises as Workbench's methods do, but for a field without a surface."""
    made = bench.reconstruct(photo_path, bench.model(model_folder), UNCUT, None, steps).made
    with suppress(SurfaceFailure):  # an uncut photo may be anything; the kernels were used all the same
        bench.extract(made.field, SMALL, steps)
