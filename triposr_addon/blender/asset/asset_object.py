# SPDX-License-Identifier: GPL-3.0-or-later
"""Which object a stage works on, why it may have to refuse it, and what its mesh keeps when it is exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import bpy

from ..context_members import active_object
from ..living_object import why_in_use, why_not_editable
from ..living_preview import put_back, real_mesh
from ..living_record import RECORD, LivingRecord, placement_now, record_or_none, write_record
from ..words import told

SMALLEST_SCALE = 1e-9
"""What is flatter has no size in metres that a mesh could be given back from."""


@dataclass(frozen=True)
class Keepsake:
    """What a mesh knows of its field, with the placement of now; to be put onto what takes its place."""

    record: LivingRecord | None


def asset_mesh(thing: bpy.types.Object) -> bpy.types.Mesh:
    """The object's mesh itself; a preview that was shown in its place goes."""
    mesh = real_mesh(cast("bpy.types.Mesh", thing.data))
    put_back(mesh)
    return mesh


def why_no_asset(context: bpy.types.Context) -> str:
    """Why no stage can work on the active object; empty where one can."""
    thing = active_object(context)
    return "Select a mesh" if thing is None else why_not_shaped(thing)


def why_not_shaped(thing: bpy.types.Object) -> str:
    """Why no stage can work on an object; empty where one can."""
    if not isinstance(thing.data, bpy.types.Mesh):
        return "Select a mesh"
    mesh = real_mesh(thing.data)
    if not mesh.polygons:
        return told("{name} has no faces", name=thing.name)
    if min(abs(each) for each in cast("Any", thing.matrix_world.to_scale())) < SMALLEST_SCALE:
        return told("{name} has a scale of 0. Give it another first", name=thing.name)
    if mesh.shape_keys is not None:
        return told("{name} has shape keys. Apply or remove them first", name=thing.name)
    return why_not_editable(mesh) or why_in_use(mesh)


def keepsake_of(mesh: bpy.types.Mesh) -> Keepsake:
    """To be taken before the mesh is changed: afterwards nobody can tell how it was moved since it was made."""
    record = record_or_none(mesh)
    if record is None:
        return Keepsake(None)
    return Keepsake(LivingRecord(placement_now(mesh), record.settings, record.field))


def give_keepsake(mesh: bpy.types.Mesh, keepsake: Keepsake) -> None:
    """The mesh knows where it lies in its field, and that it is not as it was extracted: Re-extract asks first."""
    if keepsake.record is None:
        return
    write_record(mesh, keepsake.record)
    stored: Any = mesh[RECORD]
    stored["triangles"] = 0
