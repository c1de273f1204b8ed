# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh that was laid out flat, as Blender hands it over to be textured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triposr_addon.array_file import read_arrays
from triposr_addon.worker.asset.texture_failures import UvsOutside
from triposr_addon.worker.mesh_file import Floats
from triposr_addon.worker.review_failures import MeshFileMissing, MeshFileUnreadable

Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int32]

OUTSIDE = 1e-4
"""So far may a UV lie outside the picture, from rounding."""


@dataclass(frozen=True)
class Unwrapped:
    """vertices: [V, 3] in the mesh's own units, Blender's axes. triangles: [F, 3].

    uvs: of each corner [F, 3, 2], 0..1, v up. normals: of each corner [F, 3, 3], smooth or not as the mesh is shown.
    tangents: of each corner [F, 3, 4], the last the bitangent's sign, as MikkTSpace has them; only a normal map needs
    them. to_field: the matrix [4, 4] from the mesh's units to the field's, still in Blender's axes.
    """

    vertices: Floats
    triangles: Indices
    uvs: Floats
    normals: Floats
    tangents: Floats
    to_field: Doubles

    @property
    def in_field(self) -> Floats:
        """The vertices [V, 3] in field units."""
        moved: Floats = (self.vertices @ self.to_field[:3, :3].T + self.to_field[:3, 3]).astype(np.float32)
        return moved


def load_unwrapped(path: Path) -> Unwrapped:
    """Read an .npz that holds an Unwrapped, each array by its name.

    Raises MeshFileMissing, MeshFileUnreadable, UvsOutside.
    """
    try:
        mesh = Unwrapped(**read_arrays(path, Unwrapped.__dataclass_fields__))
        _check(mesh)
    except FileNotFoundError as error:
        raise MeshFileMissing("The file of the mesh to texture is gone. Try again.", repr(error)) from error
    except (OSError, ValueError, TypeError) as error:
        raise MeshFileUnreadable("The mesh to texture could not be read. Try again.", repr(error)) from error
    if mesh.uvs.min() < -OUTSIDE or mesh.uvs.max() > 1.0 + OUTSIDE:
        raise UvsOutside("The UV map reaches beyond the picture. Switch Unwrap on, or move all of it into the square.")
    return mesh


def _check(mesh: Unwrapped) -> None:
    """Raises ValueError."""
    count = len(mesh.triangles)
    shapes = {
        "vertices": (np.float32, (len(mesh.vertices), 3)),
        "triangles": (np.int32, (count, 3)),
        "uvs": (np.float32, (count, 3, 2)),
        "normals": (np.float32, (count, 3, 3)),
        "tangents": (np.float32, (count, 3, 4)),
        "to_field": (np.float64, (4, 4)),
    }
    for name, (kind, shape) in shapes.items():
        array = getattr(mesh, name)
        if array.dtype != kind or array.shape != shape or not array.size:
            raise ValueError(f"{name} are {array.dtype} {list(array.shape)}, not {kind.__name__} {list(shape)}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} are not finite")
    if mesh.triangles.min() < 0 or mesh.triangles.max() >= len(mesh.vertices):
        raise ValueError("a triangle names a vertex that is not there")
    if abs(np.linalg.det(mesh.to_field[:3, :3])) < 1e-18:
        raise ValueError("the matrix to the field flattens the mesh")
