# SPDX-License-Identifier: GPL-3.0-or-later
"""The field's colours at points of somebody else's choice: of a mesh that was sculpted, retopologised or decimated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from triposr_addon.array_file import read_arrays
from triposr_addon.worker.axes import from_blender
from triposr_addon.worker.device import extraction_device, naming_out_of_memory
from triposr_addon.worker.failures import PointsFileMissing, PointsFileUnreadable
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.mesh_file import Floats
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.steps import Steps


def sample_colours(field: TriplaneField, points: Floats, steps: Steps, *, symmetry: bool = False) -> Floats:
    """Colours [N, 3], sRGB-encoded, 0..1, at points [N, 3] in field units and Blender's axes.

    A point outside the box has the colour of the nearest point inside. Raises OutOfMemory, Cancelled.
    """
    field = replace(field.to(extraction_device(field.device)), symmetric=symmetry)
    chunk = max(1, field.chunk_points)
    with steps.step("colour") as advance, naming_out_of_memory(field.device):
        asked = 0

        def check() -> None:
            nonlocal asked
            advance(asked / max(1, len(points)))
            asked += chunk

        colours: Floats = field.colour(from_blender(torch.from_numpy(points)), check).cpu().numpy()
        return colours


def load_points(path: Path) -> Floats:
    """The array `points`, float32 [N, 3], of a .npz file.

    Raises PointsFileMissing, or PointsFileUnreadable: no .npz, cut short, or `points` is not such an array of numbers.
    """
    if not path.is_file():
        raise PointsFileMissing(f"The file of points {path} does not exist. Try again.")
    try:
        points = read_arrays(path, ("points",))["points"]
    except (OSError, ValueError) as error:
        raise _unreadable(path, repr(error)) from error
    if points.dtype != np.float32 or points.ndim != 2 or points.shape[1] != 3:
        raise _unreadable(path, f"points are {points.dtype} {points.shape}, not float32 [N, 3]")
    if not np.isfinite(points).all():
        raise _unreadable(path, "points are not finite")
    checked: Floats = points
    return checked


def save_colours(colours: Floats, path: Path) -> None:
    """Write the array `colours`, float32 [N, 3], to a .npz file, uncompressed. Raises OutputUnwritable."""
    with written_aside(path) as aside, aside.open("wb") as file:
        np.savez(file, colours=colours)


def _unreadable(path: Path, why: str) -> PointsFileUnreadable:
    return PointsFileUnreadable(f"{path.name} does not hold the points of a mesh that can be used. Try again.", why)
