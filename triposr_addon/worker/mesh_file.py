# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished mesh and its files: .npz for Blender; .glb, .obj and .ply for everything else."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triposr_addon.array_file import read_arrays
from triposr_addon.worker.failures import SettingsInvalid
from triposr_addon.worker.glb import glb_bytes
from triposr_addon.worker.result_file import written_aside
from triposr_addon.worker.review_failures import MeshFileMissing, MeshFileUnreadable

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Mesh:
    """A coloured mesh in Blender's axes: front -Y, up +Z, the photo's right +X.

    vertices: [V, 3] float32 in field units. triangles: [F, 3] int32, facing outwards.
    colours: [V, 3] float32, sRGB-encoded, 0..1.
    """

    vertices: Floats
    triangles: npt.NDArray[np.int32]
    colours: Floats


def save_mesh(mesh: Mesh, path: Path) -> None:
    """Write `mesh` in the format of the path's suffix.

    .npz: the three arrays, uncompressed, in Blender's axes; read it with allow_pickle=False.
    .glb and .obj: up +Y, front +Z, as these formats want it. .ply: Blender's axes, binary.
    glTF colours are linear, 16 bits a channel; those of .obj and .ply are sRGB-encoded.

    Raises SettingsInvalid for another suffix, OutputUnwritable.
    """
    data = mesh_bytes(mesh, path.suffix)
    with written_aside(path) as aside:
        aside.write_bytes(data)


def mesh_bytes(mesh: Mesh, suffix: str) -> bytes:
    """What `save_mesh` writes to a file of that suffix; the same mesh gives the same bytes. Raises SettingsInvalid."""
    check_suffix(Path(f"mesh{suffix}"))
    return _ENCODERS[suffix.lower()](mesh)


def load_mesh(path: Path) -> Mesh:
    """Read an .npz that `save_mesh` wrote. Raises MeshFileMissing, MeshFileUnreadable."""
    try:
        mesh = Mesh(**read_arrays(path, ("vertices", "triangles", "colours")))
        _check(mesh)
    except FileNotFoundError as error:
        raise MeshFileMissing("The mesh's file is gone. Make the mesh again.", repr(error)) from error
    except (OSError, ValueError) as error:
        raise MeshFileUnreadable("The mesh's file could not be read. Make the mesh again.", repr(error)) from error
    return mesh


def _check(mesh: Mesh) -> None:
    """Raises ValueError."""
    kinds = {"vertices": np.float32, "triangles": np.int32, "colours": np.float32}
    for name, kind in kinds.items():
        array = getattr(mesh, name)
        if array.ndim != 2 or array.shape[1] != 3 or array.dtype != kind or not len(array):
            raise ValueError(f"{name} are {array.dtype} {list(array.shape)}, not {kind.__name__} [n, 3]")
    if len(mesh.colours) != len(mesh.vertices):
        raise ValueError(f"{len(mesh.colours)} colours for {len(mesh.vertices)} vertices")
    if mesh.triangles.min() < 0 or mesh.triangles.max() >= len(mesh.vertices):
        raise ValueError("a triangle names a vertex that is not there")
    if not np.isfinite(mesh.vertices).all():
        raise ValueError("a coordinate is not a finite number")


def check_suffix(path: Path) -> None:
    """Raise SettingsInvalid where `save_mesh` has no format for the path."""
    if path.suffix.lower() not in _ENCODERS:
        raise SettingsInvalid(f"{path.name}: the mesh format is not known. End the name in .glb, .obj or .ply.")


def _npz(mesh: Mesh) -> bytes:
    held = io.BytesIO()
    np.savez(held, vertices=mesh.vertices, triangles=mesh.triangles, colours=mesh.colours)
    return held.getvalue()


def _glb(mesh: Mesh) -> bytes:
    return glb_bytes(_y_up(mesh.vertices), mesh.triangles, mesh.colours)


def _obj(mesh: Mesh) -> bytes:
    return _exported(mesh, _y_up(mesh.vertices), "obj")


def _ply(mesh: Mesh) -> bytes:
    return _exported(mesh, mesh.vertices, "ply")


def _exported(mesh: Mesh, vertices: Floats, file_type: str) -> bytes:
    import trimesh  # here: Blender's worker only writes .npz and starts without it

    colours = np.rint(mesh.colours * 255.0).astype(np.uint8)
    whole = trimesh.Trimesh(vertices, mesh.triangles, vertex_colors=colours, process=False)
    written = whole.export(file_type=file_type)
    return written.encode("utf-8") if isinstance(written, str) else bytes(written)


_ENCODERS = {".npz": _npz, ".glb": _glb, ".obj": _obj, ".ply": _ply}


def _y_up(vertices: Floats) -> Floats:
    """From Blender's axes to up +Y, front +Z."""
    x, y, z = vertices.T
    return np.stack([x, z, -y], axis=1)
