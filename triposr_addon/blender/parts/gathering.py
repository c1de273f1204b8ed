# SPDX-License-Identifier: GPL-3.0-or-later
"""Many .blend files of one object each -> the open file: all objects in its collection, side by side in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import bpy
from mathutils import Vector

from ..grid import grid_for
from .failures import PartUnreadable


def gather(files: Sequence[Path]) -> dict[Path, PartUnreadable]:
    """Append the mesh objects of the files to the active collection, in their order; the files that can't be read.

    Materials, modifiers and packed fields come along.
    """
    failures: dict[Path, PartUnreadable] = {}
    things: list[bpy.types.Object] = []
    for file in files:
        try:
            things += _appended(file)
        except PartUnreadable as failure:
            failures[file] = failure
    _stand_in_grid(things)
    return failures


def _appended(file: Path) -> list[bpy.types.Object]:
    """Raises PartUnreadable."""
    try:
        with cast("Any", bpy.data.libraries).load(str(file), link=False) as (there, here):
            here.objects = list(there.objects)
    except (OSError, RuntimeError) as error:
        raise PartUnreadable(file, str(error).strip() or repr(error)) from error
    meshes = [thing for thing in here.objects if thing is not None and thing.type == "MESH"]
    if not meshes:
        raise PartUnreadable(file, "no mesh is in it")
    collection = bpy.context.collection
    assert collection is not None, "fill_scene has made it"
    for thing in meshes:
        collection.objects.link(thing)
    return meshes


def _stand_in_grid(things: Sequence[bpy.types.Object]) -> None:
    """Each with the middle of its foot on its place."""
    assert bpy.context.view_layer is not None
    bpy.context.view_layer.update()
    if not things:
        return
    grid = grid_for(len(things), (0.0, 0.0, 0.0), max(thing.dimensions.z for thing in things))
    for thing in things:
        corners = [thing.matrix_world @ Vector(corner) for corner in thing.bound_box]
        low = Vector([min(corner[axis] for corner in corners) for axis in range(3)])
        high = Vector([max(corner[axis] for corner in corners) for axis in range(3)])
        place = grid.place_for(high.x - low.x, high.y - low.y)
        thing.location += Vector(place) - Vector(((low.x + high.x) / 2.0, (low.y + high.y) / 2.0, low.z))
