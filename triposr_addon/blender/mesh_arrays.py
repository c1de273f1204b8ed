# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's mesh file, read and checked before Blender sees a single number of it.

Blender's mesh arrays are raw memory: an index out of range or a NaN does not fail there, it crashes later or draws
nothing. So everything is checked here, in numpy, where it costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..array_file import read_arrays
from ..host.failures import ResultUnreadable

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class MeshArrays:
    """vertices [V, 3] (Blender's axes: front -Y, Z up), triangles [F, 3] (outward), colours [V, 3] (sRGB, 0..1)."""

    vertices: Floats
    triangles: Indices
    colours: Floats


def read_mesh_file(path: Path) -> MeshArrays:
    """Read an .npz with `vertices`, `triangles` and `colours`. Raises ResultUnreadable, naming what is wrong."""
    try:
        stored = read_arrays(path, ("vertices", "triangles", "colours"))
        mesh = MeshArrays(
            _rows_of_three(stored, "vertices", np.float32),
            _rows_of_three(stored, "triangles", np.int32),
            _rows_of_three(stored, "colours", np.float32),
        )
        check(mesh)
    except (OSError, ValueError) as error:
        raise ResultUnreadable(path, str(error)) from error
    return mesh


def _rows_of_three(stored: Mapping[str, NDArray[Any]], name: str, kind: type[np.generic]) -> NDArray[Any]:
    array = stored[name]
    if array.ndim != 2 or array.shape[1] != 3 or array.dtype != kind:
        raise ValueError(f"{name} are {array.dtype} {list(array.shape)}, not {kind.__name__} [n, 3]")
    return np.ascontiguousarray(array)


def check(mesh: MeshArrays) -> None:
    """Raises ValueError for what Blender must not get; the text says what it is."""
    count = len(mesh.vertices)
    if count == 0 or len(mesh.triangles) == 0:
        raise ValueError("the mesh is empty")
    if len(mesh.colours) != count:
        raise ValueError(f"{len(mesh.colours)} colours for {count} vertices")
    if mesh.triangles.min() < 0 or mesh.triangles.max() >= count:
        raise ValueError(f"a triangle names a vertex outside 0..{count - 1}")
    if not np.isfinite(mesh.vertices).all() or not np.isfinite(mesh.colours).all():
        raise ValueError("a coordinate or a colour is not a finite number")
    if mesh.colours.min() < 0.0 or mesh.colours.max() > 1.0:
        raise ValueError("a colour lies outside 0..1")
    if mesh.vertices[:, 2].min() == mesh.vertices[:, 2].max():
        raise ValueError("the mesh has no height")
