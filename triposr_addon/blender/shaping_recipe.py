# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object's surface is to be read off a field when it is made again: as the living mesh's sliders say.

The sliders show a wish of this session, or else what the mesh was made with (living_settings.py). What was copied from
another object is a wish too, and stays on the object until its mesh is made with other settings.
"""

from __future__ import annotations

import dataclasses

import bpy

from ..protocol import SurfaceSettings
from . import session
from .living_object import living_mesh_or_none
from .living_record import record_or_none, settings_from
from .recipe import Value
from .stored_groups import stored_group

COPIED = "triposr_surface"


def surface_settings_or_none(thing: bpy.types.Object) -> SurfaceSettings | None:
    """What the object's surface would be made with; None for one without a living mesh."""
    mesh = living_mesh_or_none(thing)
    record = record_or_none(mesh) if mesh is not None else None
    if mesh is None or record is None:
        return None
    wish = session.current().shaping.wishes.get(mesh.session_uid)
    return wish or _copied_or_none(thing, record.settings) or record.settings


def copy_surface_settings(source: bpy.types.Object, target: bpy.types.Object) -> None:
    """Let `target` be re-extracted, or made again, with the surface settings of `source`."""
    wanted, mesh = surface_settings_or_none(source), living_mesh_or_none(target)
    record = record_or_none(mesh) if mesh is not None else None
    if wanted is None or mesh is None or record is None:
        return
    target[COPIED] = {"wanted": dataclasses.asdict(wanted), "instead_of": dataclasses.asdict(record.settings)}
    wishes = session.current().shaping.wishes
    wishes[mesh.session_uid] = wanted
    if wanted == record.settings:
        del wishes[mesh.session_uid]


def as_scene_settings(surface: SurfaceSettings | None) -> dict[str, Value]:
    """The part of them that the scene's settings have too, by their names."""
    return {} if surface is None else {"resolution": surface.resolution, "threshold": surface.threshold}


def _copied_or_none(thing: bpy.types.Object, made_with: SurfaceSettings) -> SurfaceSettings | None:
    copied = stored_group(thing, COPIED)
    if copied.get("instead_of") != dataclasses.asdict(made_with):
        return None
    try:
        return settings_from(copied["wanted"])
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return None  # somebody has broken it
