# SPDX-License-Identifier: GPL-3.0-or-later
"""From a finished job to an object in the scene."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import bpy
import numpy as np
from mathutils import Vector

from ..host.failures import ResultUnreadable
from ..host.jobs import GenerationResult
from .field_carrier import fingerprint, keep_inside
from .folder_collection import collection_for
from .living_record import LivingRecord, write_record
from .mesh_arrays import MeshArrays, read_mesh_file
from .mesh_object import object_from_arrays
from .order import Order
from .placement import Footing, add_to_scene, footing_of, stand_on_origin
from .provenance import record
from .viewport import show_colours, show_in_local_view


def deliver(context: bpy.types.Context, order: Order, result: GenerationResult) -> bpy.types.Object:
    """Put the job's mesh into the scene that it was ordered in, or into the current one where that is gone.

    Into one of this file in any case: a scene that is linked from another file can't take an object.

    Raises ResultUnreadable, before anything is added to the .blend.
    """
    made = make_object(order, result, read_mesh_file(result.mesh), _read_field(result.field))
    scene, view_layer = destination(context, order.scene_uid)
    collection = collection_for(scene, order.folder.folder) if order.folder is not None else None
    add_to_scene(made.thing, scene, view_layer, collection)
    made.thing.location = made.next_location(order)
    show_in_local_view(made.thing, context.space_data)
    if order.show_colours:
        show_colours(context.screen)
    return made.thing


@dataclass(frozen=True)
class MadeObject:
    """An object that is in no scene yet. width, depth: in Blender units."""

    thing: bpy.types.Object
    footing: Footing
    width: float
    depth: float

    def next_location(self, order: Order) -> Vector:
        """Where the order wants its origin; each call takes a place of the order's row."""
        place = order.placement.place if order.row is None else order.row.place_for(self.width, self.depth)
        return self.footing.origin_for(place)


def make_object(order: Order, result: GenerationResult, arrays: MeshArrays, field: bytes | None) -> MadeObject:
    """An object of arrays in field units, in the order's size, with all that it remembers of its making.

    field: the bytes of the field's file; without them it is no living mesh.
    """
    wanted = order.placement
    footing = footing_of(arrays, wanted.size, wanted.size_by, wanted.origin_at)
    standing = stand_on_origin(arrays, footing)
    new = object_from_arrays(order.request.name, standing, order.decimate_ratio)
    record(new, order, result)
    if field is not None:
        _bring_to_life(cast("bpy.types.Mesh", new.data), order, footing, field)
    width, depth = (float(np.ptp(axis)) for axis in standing.vertices.T[:2])
    return MadeObject(new, footing, width, depth)


def _read_field(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResultUnreadable(path, error.strerror or str(error)) from error


def _bring_to_life(mesh: bpy.types.Mesh, order: Order, footing: Footing, field: bytes) -> None:
    """Leave with the mesh what it takes to make it again."""
    keep_inside(mesh, order.request.name, field)
    write_record(mesh, LivingRecord(footing.matrix, order.request.surface_settings, fingerprint(field)))


def destination(context: bpy.types.Context, scene_uid: int) -> tuple[bpy.types.Scene, bpy.types.ViewLayer]:
    """The scene of that number if it can take an object, else one that can, and its view layer."""
    here, view_layer = context.scene, context.view_layer
    assert here is not None, "wherever operators run there is a scene"
    assert view_layer is not None, "and a scene has a view layer"
    own = [scene for scene in bpy.data.scenes if scene.is_editable]
    wanted = [scene for scene in own if scene.session_uid == scene_uid] or [scene for scene in own if scene == here]
    chosen = (wanted or own or [bpy.data.scenes.new("Scene")])[0]
    return (here, view_layer) if chosen == here else (chosen, chosen.view_layers[0])
