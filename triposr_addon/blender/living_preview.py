# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview takes the place of a mesh on its objects. The mesh itself is not touched, so it comes back exactly.

The preview names the mesh that it stands for in a custom property. So the mesh keeps a user, and a preview that got
into an undo step or into a file that was saved by itself is recognised there, and put back.
"""

from __future__ import annotations

from typing import cast

import bpy

from .mesh_arrays import MeshArrays
from .mesh_object import mesh_from_arrays, refill

STANDS_FOR = "triposr_preview_of"
"""On a preview: the mesh whose place it takes."""


def real_mesh(mesh: bpy.types.Mesh) -> bpy.types.Mesh:
    """The mesh that a preview stands for; any other mesh is real itself."""
    real = mesh.get(STANDS_FOR)
    return real if isinstance(real, bpy.types.Mesh) else mesh


def previews() -> list[bpy.types.Mesh]:
    """Every preview of this .blend."""
    return [mesh for mesh in bpy.data.meshes if mesh.library is None and real_mesh(mesh) != mesh]


def preview_or_none(real: bpy.types.Mesh) -> bpy.types.Mesh | None:
    """The preview that stands for a mesh."""
    return next((mesh for mesh in previews() if real_mesh(mesh) == real), None)


def objects_of(mesh: bpy.types.Mesh) -> list[bpy.types.Object]:
    """All objects, linked duplicates, that show a mesh."""
    return [thing for thing in bpy.data.objects if thing.data == mesh]


def show(real: bpy.types.Mesh, arrays: MeshArrays) -> None:
    """Let these arrays, in the mesh's own coordinates, be seen in its place, on every object that has it."""
    preview = preview_or_none(real)
    if preview is None:
        preview = mesh_from_arrays(f"{real.name} (preview)", arrays)
        preview[STANDS_FOR] = real
        preview.materials.clear()
        for material in real.materials:  # before it is given away: an object has as many slots as its mesh
            preview.materials.append(cast("bpy.types.Material", material))
    else:
        refill(preview, arrays)
    _give(real, preview)


def put_back(real: bpy.types.Mesh) -> bool:
    """Have the mesh itself seen again; answers whether there was a preview of it."""
    found = [mesh for mesh in previews() if real_mesh(mesh) == real]
    for number, preview in enumerate(found):
        # A second one is of a duplicate that was made meanwhile, with data of its own.
        if objects_of(preview):
            _give(preview, real if number == 0 else real.copy())
        bpy.data.meshes.remove(preview)
    return bool(found)


def put_all_back() -> bool:
    """The same for every preview; answers whether there was one."""
    return any([put_back(real) for real in {real_mesh(preview) for preview in previews()}])


def hide() -> list[bpy.types.Mesh]:
    """Before saving: the real meshes are with their objects. Gives the previews, which nobody uses, to show again."""
    hidden = [preview for preview in previews() if objects_of(preview)]
    for preview in hidden:
        _give(preview, real_mesh(preview))
    return hidden


def show_again(hidden: list[bpy.types.Mesh]) -> None:
    """After saving."""
    for preview in hidden:
        _give(real_mesh(preview), preview)


def _give(former: bpy.types.Mesh, mesh: bpy.types.Mesh) -> None:
    for thing in objects_of(former):
        thing.data = mesh
