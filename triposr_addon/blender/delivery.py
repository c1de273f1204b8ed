# SPDX-License-Identifier: GPL-3.0-or-later
"""From a finished job to an object in the scene."""

from __future__ import annotations

import bpy

from ..host.jobs import GenerationResult
from ..host.storage import Storage
from .mesh_arrays import read_mesh_file
from .mesh_object import object_from_arrays
from .order import Order
from .placement import add_at_cursor, stand_on_origin
from .provenance import record
from .viewport import show_colours, show_in_local_view


def deliver(context: bpy.types.Context, order: Order, result: GenerationResult, storage: Storage) -> bpy.types.Object:
    """Put the job's mesh into the scene that it was ordered in, or into the current one where that is gone.

    Raises ResultUnreadable or StorageUnwritable, before anything is added to the .blend.
    """
    arrays = stand_on_origin(read_mesh_file(result.mesh), order.height)
    kept_field = storage.keep_field(result.field, order.request.name)
    new = object_from_arrays(order.request.name, arrays, order.decimate_ratio)
    record(new, order, result, kept_field)
    scene, view_layer = _destination(context, order.scene_uid)
    add_at_cursor(new, scene, view_layer)
    show_in_local_view(new, context.space_data)
    if order.show_colours:
        show_colours(context.screen)
    return new


def _destination(context: bpy.types.Context, scene_uid: int) -> tuple[bpy.types.Scene, bpy.types.ViewLayer]:
    here, view_layer = context.scene, context.view_layer
    assert here is not None, "wherever operators run there is a scene"
    assert view_layer is not None, "and a scene has a view layer"
    others = (scene for scene in bpy.data.scenes if scene != here and scene.session_uid == scene_uid)
    ordered_in = next(others, None)
    return (here, view_layer) if ordered_in is None else (ordered_in, ordered_in.view_layers[0])
