# SPDX-License-Identifier: GPL-3.0-or-later
"""Our way from a field to a coloured mesh, as the worker goes it, with its stages told to a stopwatch.

The time of "secant" holds the check that the mesh has no border; "extract" is what lies before the first stage.
"""

from __future__ import annotations

from benchmarks.stopwatch import Stopwatch
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import ExtractedMesh, field_to_mesh
from triposr_addon.worker.steps import Steps


def ours(field: TriplaneField, settings: SurfaceSettings, stopwatch: Stopwatch) -> ExtractedMesh:
    """The coloured surface in Blender's axes. Raises what `field_to_mesh` raises."""
    return field_to_mesh(field, settings, told_steps(stopwatch), stopwatch.enter)


def told_steps(stopwatch: Stopwatch) -> Steps:
    """The steps of one job, each told to `stopwatch` as it begins."""
    began: set[str] = set()

    def tell(step: str, _fraction: float, _detail: str) -> None:
        if step not in began:
            began.add(step)
            stopwatch.enter(step)

    return Steps(tell, lambda: False)
