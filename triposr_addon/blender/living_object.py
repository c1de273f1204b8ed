# SPDX-License-Identifier: GPL-3.0-or-later
"""Which object the living mesh's panel and operators are about, and why they may have to refuse it."""

from __future__ import annotations

import bpy

from .field_carrier import Place, place_of
from .living_record import record_or_none

NOTHING_LIVING = "Select an object that TripoSR made"


def living_mesh_or_none(thing: bpy.types.Object | None) -> bpy.types.Mesh | None:
    """The mesh of an object whose making is on record, with or without its field."""
    mesh = thing.data if thing is not None else None
    return mesh if isinstance(mesh, bpy.types.Mesh) and record_or_none(mesh) is not None else None


def active_living_mesh(context: bpy.types.Context) -> bpy.types.Mesh:
    """The active object's mesh, where `why_not` has nothing to say."""
    mesh = living_mesh_or_none(context.object)
    assert mesh is not None, "operators ask `why_not` first"
    return mesh


def why_not(context: bpy.types.Context) -> str:
    """Why nothing can be done about the active object's field; empty where it can."""
    mesh = living_mesh_or_none(context.object)
    if mesh is None:
        return NOTHING_LIVING
    if mesh.library is not None or not mesh.is_editable:
        return f"{mesh.name} is linked from another file. Make it local first (Object > Relations > Make Local)"
    return ""


def why_no_field(context: bpy.types.Context) -> str:
    """As `why_not`; also where the field was dropped."""
    refusal = why_not(context)
    if not refusal and place_of(active_living_mesh(context)) is Place.NOWHERE:
        return "Its field was dropped. Bring the field file in again"
    return refusal
