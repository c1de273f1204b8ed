# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview takes the place of a mesh on its objects. The mesh itself is not touched, so it comes back exactly.

The preview names the mesh that it stands for in a custom property. So the mesh keeps a user, and a preview that got
into an undo step or into a file that was saved by itself is recognised there, and put back.

An artist may go on working while a preview is on the screen. What moves all of it, such as Apply Scale, is done to the
mesh as well; a preview that was made into something else (joined, remeshed) stays, as a mesh of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import bpy
from mathutils import Matrix

from .living_record import marks_of, movement_since
from .mesh_arrays import MeshArrays
from .mesh_object import mesh_from_arrays, refill

STANDS_FOR = "triposr_preview_of"
"""On a preview: the mesh whose place it takes."""
AS_SHOWN = "triposr_as_shown"
"""On a preview: where some of its vertices were when it came onto the screen."""


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
    preview[AS_SHOWN] = marks_of(preview)
    _give(real, preview)


def put_back(real: bpy.types.Mesh) -> bool:
    """Have the mesh itself seen again; answers whether there was a preview of it."""
    found = [mesh for mesh in previews() if real_mesh(mesh) == real]
    for number, preview in enumerate(found):
        # A second one is of a duplicate that was made meanwhile, with data of its own.
        with _in_object_mode(objects_of(preview)):
            if objects_of(preview):
                _leave(preview, real, own=number > 0)
        if not objects_of(preview):  # Blender removes an object together with its mesh
            bpy.data.meshes.remove(preview)
    return bool(found)


def put_all_back() -> bool:
    """The same for every preview; answers whether there was one."""
    return any([put_back(real) for real in {real_mesh(preview) for preview in previews()}])


def settle_worked_on() -> bool:
    """Put back the previews that somebody worked on; answers whether there was one."""
    return any([put_back(real) for real in {real_mesh(preview) for preview in previews() if _is_worked_on(preview)}])


def hide() -> list[bpy.types.Mesh]:
    """Before saving: the real meshes are with their objects. Gives the previews, which nobody uses, to show again."""
    settle_worked_on()
    hidden = [preview for preview in previews() if objects_of(preview)]
    for preview in hidden:
        _give(preview, real_mesh(preview))
    return hidden


def show_again(hidden: list[bpy.types.Mesh]) -> None:
    """After saving."""
    for preview in hidden:
        _give(real_mesh(preview), preview)


def _is_worked_on(preview: bpy.types.Mesh) -> bool:
    movement, real = _movement(preview), real_mesh(preview)
    return movement is None or movement != Matrix() or list(preview.materials) != list(real.materials)


def _movement(preview: bpy.types.Mesh) -> Matrix | None:
    """What the preview went through on the screen; None where it is another mesh by now."""
    marks = preview.get(AS_SHOWN)
    try:
        movement = movement_since(preview, marks.to_dict())
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return Matrix()  # of an older version, or somebody has broken them
    return Matrix(movement.tolist()) if movement is not None else None


def _leave(preview: bpy.types.Mesh, real: bpy.types.Mesh, *, own: bool) -> None:
    """The preview's objects get the mesh, moved as the preview was; own: a copy of it. Or they keep what it is now."""
    movement = _movement(preview)
    if movement is None:
        _make_own(preview, real)
        return
    mesh = real.copy() if own else real
    if movement != Matrix():
        mesh.transform(movement, shape_keys=True)
    for number, material in enumerate(preview.materials):
        if number >= len(mesh.materials):
            mesh.materials.append(cast("bpy.types.Material", material))
        elif mesh.materials[number] != material:
            mesh.materials[number] = material
    _give(preview, mesh)


def _make_own(preview: bpy.types.Mesh, real: bpy.types.Mesh) -> None:
    """A preview no more: with the field and the record of the mesh that it stood for, it can be made again."""
    del preview[STANDS_FOR], preview[AS_SHOWN]
    for name, kept in real.items():
        preview[name] = kept.to_dict() if hasattr(kept, "to_dict") else kept


@contextmanager
def _in_object_mode(things: list[bpy.types.Object]) -> Iterator[None]:
    """Blender exchanges no mesh that is being edited. An undo step can bring such a one."""
    modes = [(thing, thing.mode) for thing in things if thing.mode != "OBJECT"]
    for thing, _mode in modes:
        _set_mode(thing, "OBJECT")
    yield
    for thing, mode in modes:
        _set_mode(thing, mode)


def _set_mode(thing: bpy.types.Object, mode: str) -> None:
    switch: Any = bpy.ops.object.mode_set  # the stubs know no poll() without arguments
    with bpy.context.temp_override(active_object=thing, object=thing):
        if thing.mode != mode and switch.poll():
            switch(mode=mode)


def _give(former: bpy.types.Mesh, mesh: bpy.types.Mesh) -> None:
    for thing in objects_of(former):
        thing.data = mesh
