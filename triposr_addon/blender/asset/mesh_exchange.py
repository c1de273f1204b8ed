# SPDX-License-Identifier: GPL-3.0-or-later
"""Another mesh in the place of an object's own, with all that the old one knew: its field, its materials, its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import bpy
import numpy as np

from ..field_carrier import FIELD, FIELD_FILE
from ..living_record import RECORD
from ..mesh_arrays import Doubles, Floats
from ..mesh_object import write_colours
from .asset_object import give_keepsake, keepsake_of
from .texture_material import hand_down_texture


def places_of(mesh: bpy.types.Mesh) -> Doubles:
    """The vertices [V, 3] in the mesh's coordinates."""
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(np.float64)


def hand_down(former: bpy.types.Mesh, new: bpy.types.Mesh) -> None:
    """Let a mesh made of another one, in the same coordinates, know its field and have its materials."""
    keepsake = keepsake_of(former)
    for name in (FIELD, FIELD_FILE, RECORD):
        kept = former.get(name)
        if kept is not None:
            new[name] = kept.to_dict() if hasattr(kept, "to_dict") else kept
    give_keepsake(new, keepsake)
    hand_down_texture(former, new)
    if not len(new.materials):
        for material in former.materials:
            new.materials.append(cast("bpy.types.Material", material))


def exchange(thing: bpy.types.Object, new: bpy.types.Mesh, colours: Floats | None) -> None:
    """Give an object a mesh that was made of its own; other objects that share the old one keep it.

    colours [V, 3]: sRGB, for the vertices; None: the mesh has its own.
    """
    former = cast("bpy.types.Mesh", thing.data)
    hand_down(former, new)
    if colours is not None:
        write_colours(new, colours, "POINT")
    name, thing.data = former.name, new
    if former.users == 0:
        bpy.data.meshes.remove(former)
        new.name = name


@contextmanager
def stand_in(context: bpy.types.Context, mesh: bpy.types.Mesh) -> Iterator[bpy.types.Object]:
    """An object of the scene with this mesh, for Blender's own tools; it goes again, the mesh stays."""
    assert context.scene is not None
    thing = bpy.data.objects.new("triposr stand-in", mesh)
    context.scene.collection.objects.link(thing)
    try:
        yield thing
    finally:
        bpy.data.objects.remove(thing)


def evaluated_mesh(context: bpy.types.Context, thing: bpy.types.Object) -> bpy.types.Mesh:
    """A new mesh: what the object is with its modifiers, as the 3D View shows it, even where it is hidden itself."""
    assert context.scene is not None
    assert context.view_layer is not None
    seen = thing.copy()  # Blender does not evaluate what nobody sees
    seen.hide_viewport = False
    context.scene.collection.objects.link(seen)
    try:
        return seen_mesh(context, seen)
    finally:
        bpy.data.objects.remove(seen)


def seen_mesh(context: bpy.types.Context, thing: bpy.types.Object) -> bpy.types.Mesh:
    """The same for an object that is not hidden; what Blender has evaluated already is not evaluated again."""
    assert context.view_layer is not None
    context.view_layer.update()
    depsgraph = context.evaluated_depsgraph_get()
    evaluated = thing.evaluated_get(depsgraph)
    made = bpy.data.meshes.new_from_object(evaluated, preserve_all_data_layers=True, depsgraph=depsgraph)
    made.validate(clean_customdata=False)  # Decimate can leave a triangle twice where hardly any are left
    return made


def triangles_in(mesh: bpy.types.Mesh) -> int:
    """How many triangles its faces are."""
    return len(mesh.loops) - 2 * len(mesh.polygons)
