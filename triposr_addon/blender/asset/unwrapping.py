# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays copies of meshes out flat, in one picture for them all, with Blender's own Smart UV Project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import bpy

from ..context_members import selected_objects

UV_MAP = "UVMap"


@dataclass(frozen=True)
class Unwrapping:
    """angle: in radians. padding: texels between pieces, of a picture of `side` texels. tight: pack into hollows."""

    angle: float
    padding: int
    side: int
    tight: bool = False


def why_no_unwrapping(context: bpy.types.Context) -> str:
    """Why nothing can be unwrapped; empty where it can: Blender's operator wants a window's context."""
    return "" if hasattr(context, "object") else "Unwrapping needs a window of Blender"


def unwrap(context: bpy.types.Context, meshes: Sequence[bpy.types.Mesh], wished: Unwrapping) -> None:
    """Give each mesh an active UV map. They must not be shown anywhere; their faces may be selected afterwards."""
    for mesh in meshes:
        layer = mesh.uv_layers.get(UV_MAP) or mesh.uv_layers.new(name=UV_MAP)
        mesh.uv_layers.active = layer
    with _edited(context, meshes):
        bpy.ops.mesh.reveal(select=False)
        bpy.ops.mesh.select_all(action="SELECT")
        margin = wished.padding / wished.side
        bpy.ops.uv.smart_project(angle_limit=wished.angle, island_margin=margin, margin_method="FRACTION")
        if wished.tight:
            bpy.ops.uv.pack_islands(shape_method="CONCAVE", margin_method="ADD", margin=margin)


@contextmanager
def _edited(context: bpy.types.Context, meshes: Sequence[bpy.types.Mesh]) -> Iterator[None]:
    """Objects of their own for the meshes, in edit mode together; then all is selected and active as before."""
    assert context.scene is not None
    assert context.view_layer is not None
    layer = context.view_layer
    selected, active = selected_objects(context), layer.objects.active
    things = [bpy.data.objects.new("triposr stand-in", mesh) for mesh in meshes]
    for thing in selected:
        thing.select_set(False)
    for thing in things:
        context.scene.collection.objects.link(thing)
        thing.select_set(True)
    layer.objects.active = things[0]
    try:
        bpy.ops.object.mode_set(mode="EDIT")
        yield
    finally:
        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        for thing in things:
            bpy.data.objects.remove(thing)
        for thing in selected:
            thing.select_set(True)
        layer.objects.active = active
