# SPDX-License-Identifier: GPL-3.0-or-later
"""A .blend of one object, as the command without a window writes it on a farm: its mesh as arrays, and its field.

It is looked at and taken out again, and only the arrays stay: the object that is made of them is of the size that is
wanted here, like any other item's.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import bpy
import numpy as np

from ..field_carrier import field_bytes
from ..living_record import LivingRecord, record_or_none
from ..mesh_arrays import MeshArrays, check
from .failures import ItemFileMissing, ItemFileUnreadable


def read_blend(path: Path) -> tuple[MeshArrays, bytes]:
    """Arrays in field units, and the bytes of the field's file.

    Raises ItemFileMissing, ItemFileUnreadable, FieldLost, FieldFileMissing.
    """
    with _looked_into(path) as meshes:
        living = ((mesh, record_or_none(mesh)) for mesh in meshes)
        mesh, record = next(((mesh, record) for mesh, record in living if record is not None), (None, None))
        if mesh is None or record is None:
            raise ItemFileUnreadable(path, "no living mesh is in it")
        return _arrays(path, mesh, record), field_bytes(mesh)


@contextmanager
def _looked_into(path: Path) -> Iterator[list[bpy.types.Mesh]]:
    """The meshes in a file; what came with them goes again. Raises ItemFileMissing, ItemFileUnreadable."""
    before = _everything()
    try:
        yield _appended(path)
    finally:
        bpy.data.batch_remove(_everything() - before)


def _appended(path: Path) -> list[bpy.types.Mesh]:
    try:
        if bpy.data.filepath and path.samefile(bpy.data.filepath):  # Blender 4.2 would crash
            raise OSError(errno.EBUSY, "it is the open file")
        with cast("Any", bpy.data.libraries).load(str(path), link=False) as (there, here):
            here.meshes = list(there.meshes)
    except OSError as error:
        raise ItemFileMissing(path, error) from error
    except (RuntimeError, ValueError) as error:  # what Blender has reported, and a path that it can't take
        raise ItemFileUnreadable(path, str(error)) from error
    return [mesh for mesh in here.meshes if mesh is not None]


def _everything() -> set[bpy.types.ID]:
    return set(cast("Any", bpy.data).user_map())


def _arrays(path: Path, mesh: bpy.types.Mesh, record: LivingRecord) -> MeshArrays:
    """Raises ItemFileUnreadable."""
    colours = cast("Any", mesh.color_attributes.active_color)
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    if colours is None or len(colours.data) != len(mesh.vertices) or corners.size != 3 * len(mesh.polygons):
        raise ItemFileUnreadable(path, "it has no colours of its vertices, or other faces than triangles")
    places = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", places)
    shades = np.empty(4 * len(mesh.vertices), np.float32)
    colours.data.foreach_get("color_srgb", shades)
    back = np.linalg.inv(record.placement)
    in_field = places.reshape(-1, 3) @ back[:3, :3].T + back[:3, 3]
    arrays = MeshArrays(in_field.astype(np.float32), corners.reshape(-1, 3), shades.reshape(-1, 4)[:, :3].copy())
    try:
        check(arrays)
    except ValueError as error:
        raise ItemFileUnreadable(path, str(error)) from error
    return arrays
