# SPDX-License-Identifier: GPL-3.0-or-later
"""Which object the living mesh's panel and operators are about, and why they may have to refuse it."""

from __future__ import annotations

import bpy

from .context_members import active_object
from .field_carrier import Place, place_of
from .living_preview import objects_of, preview_or_none, real_mesh
from .living_record import is_of_a_newer_version, record_or_none
from .words import told

NOTHING_LIVING = "Select an object that TripoSR made"
TOO_NEW = "A newer version of TripoSR made this object. Update the extension to go on with it"


def living_mesh_or_none(thing: bpy.types.Object | None) -> bpy.types.Mesh | None:
    """The mesh of an object whose making is on record, with or without its field; the real one behind a preview."""
    mesh = thing.data if thing is not None else None
    if not isinstance(mesh, bpy.types.Mesh):
        return None
    real = real_mesh(mesh)
    return real if record_or_none(real) is not None else None


def active_living_mesh(context: bpy.types.Context) -> bpy.types.Mesh:
    """The active object's mesh, where `why_not` has nothing to say."""
    mesh = living_mesh_or_none(active_object(context))
    assert mesh is not None, "operators ask `why_not` first"
    return mesh


def mesh_by_number(number: int) -> bpy.types.Mesh | None:
    """The mesh that has this number in this session; None where it is gone."""
    return next((mesh for mesh in bpy.data.meshes if mesh.session_uid == number), None)


def why_nothing_living(thing: bpy.types.Object | None) -> str:
    """Why an object has no living mesh: a newer version made it, or not TripoSR."""
    mesh = thing.data if thing is not None else None
    return TOO_NEW if isinstance(mesh, bpy.types.Mesh) and is_of_a_newer_version(real_mesh(mesh)) else NOTHING_LIVING


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be done about the active object's field; empty where it can."""
    mesh = living_mesh_or_none(active_object(context))
    return why_nothing_living(active_object(context)) if mesh is None else why_not_editable(mesh)


def why_not_editable(mesh: bpy.types.Mesh) -> str:
    """Why a mesh can't be changed; empty where it can."""
    if mesh.library is not None or not mesh.is_editable:
        return told(
            "{name} is linked from another file. Make it local first (Object > Relations > Make Local)", name=mesh.name
        )
    return ""


def why_no_field(context: bpy.types.Context) -> str:
    """As `why_not`; also where the field was dropped."""
    refusal = why_not(context)
    if not refusal and place_of(active_living_mesh(context)) is Place.NOWHERE:
        return "Its field was dropped. Bring the field file in again"
    return refusal


def why_no_other_shape(context: bpy.types.Context) -> str:
    """As `why_no_field`; also while somebody edits or sculpts the mesh, in whichever of its objects."""
    return why_no_field(context) or why_in_use(active_living_mesh(context))


def why_in_use(mesh: bpy.types.Mesh) -> str:
    """Why a mesh can't be exchanged now; empty where it can."""
    preview = preview_or_none(mesh)
    for thing in [*objects_of(mesh), *(objects_of(preview) if preview is not None else ())]:
        if thing.mode != "OBJECT":
            mode = thing.mode.replace("_", " ").title()
            return told("{name} is in {mode} Mode. Switch to Object Mode first", name=thing.name, mode=mode)
    return ""
