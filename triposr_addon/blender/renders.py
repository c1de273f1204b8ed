# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Blender renders: then the scene is read on a thread of its own, and is not to be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import bpy

JOBS = ("RENDER", "OBJECT_BAKE")


def renders(runs: Callable[[str], object] | None = None) -> bool:
    """Whether an image, an animation or a bake is being made. runs: tells of a kind of job; else Blender does."""
    runs = runs or cast("Callable[[str], object]", bpy.app.is_job_running)
    return any(bool(runs(job)) for job in JOBS)
