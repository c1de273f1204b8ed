# SPDX-License-Identifier: GPL-3.0-or-later
"""New faces all over a mesh, as many as a budget allows: quads by QuadriFlow, or an even grid by the voxel remesher."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from .failures import RemeshRefused
from .mesh_exchange import stand_in

SCALED_UP = 100.0
"""QuadriFlow takes edges whose ends are closer than 1e-4 on each axis for broken, whatever the object's size."""
WITHIN = 1.02
"""So much above the budget is let pass."""
VOXEL_TRIES = 5


def quads(context: bpy.types.Context, mesh: bpy.types.Mesh, faces: int) -> bpy.types.Mesh:
    """A new mesh of about so many quads, seldom more. Takes seconds, in which Blender stands. Raises RemeshRefused."""
    wished = faces
    made = _quadriflow(context, mesh, wished)
    if len(made.polygons) > WITHIN * faces:
        wished = int(faces * faces / len(made.polygons))
        bpy.data.meshes.remove(made)
        made = _quadriflow(context, mesh, wished)
    return made


def voxels(context: bpy.types.Context, mesh: bpy.types.Mesh, faces: int) -> bpy.types.Mesh:
    """A new mesh of at most so many faces, and not many fewer, all of about one size. Raises RemeshRefused."""
    area = sum(polygon.area for polygon in mesh.polygons)
    size, best = float(np.sqrt(max(area, 1e-12) / faces)), None
    for _ in range(VOXEL_TRIES):
        made = _voxel_remesh(context, mesh, size)
        count = len(made.polygons)
        fits = 0 < count <= faces
        if fits and (best is None or count > len(best.polygons)):
            made, best = best, made  # type: ignore[assignment]  # the former best goes
        if made is not None:
            bpy.data.meshes.remove(made)
        if fits and count >= 0.95 * faces:
            break
        size *= float(np.sqrt(max(count, 1) / (0.98 * faces)))
    if best is None:
        raise RemeshRefused(mesh.name)
    return best


def _quadriflow(context: bpy.types.Context, mesh: bpy.types.Mesh, faces: int) -> bpy.types.Mesh:
    copy = mesh.copy()
    span = max((max(corner) - min(corner) for corner in zip(*_box(copy), strict=True)), default=0.0)
    up = SCALED_UP / (span or 1.0)
    copy.transform(Matrix.Scale(up, 4))
    before = len(copy.polygons)
    with stand_in(context, copy) as thing:
        refusal = _called(
            context,
            thing,
            bpy.ops.object.quadriflow_remesh,
            mode="FACES",
            target_faces=faces,
            use_mesh_symmetry=False,
            use_preserve_sharp=False,
            use_preserve_boundary=False,
            preserve_attributes=True,
            smooth_normals=False,
        )
        made: Any = thing.data
    # 4.2 says that it is done, and has done nothing.
    if len(made.polygons) == before or refusal:
        bpy.data.meshes.remove(made)
        raise RemeshRefused(mesh.name, refusal)
    made.transform(Matrix.Scale(1.0 / up, 4))
    made.shade_smooth()
    return made  # type: ignore[no-any-return]


def _voxel_remesh(context: bpy.types.Context, mesh: bpy.types.Mesh, size: float) -> bpy.types.Mesh:
    copy: Any = mesh.copy()
    copy.remesh_voxel_size, copy.remesh_voxel_adaptivity = size, 0.0
    copy.use_remesh_fix_poles = False
    attributes = "use_remesh_preserve_attributes"
    setattr(copy, attributes if hasattr(copy, attributes) else "use_remesh_preserve_vertex_colors", True)
    with stand_in(context, copy) as thing:
        refusal = _called(context, thing, bpy.ops.object.voxel_remesh)
        made: Any = thing.data
    if refusal:
        bpy.data.meshes.remove(made)
        raise RemeshRefused(mesh.name, refusal)
    made.shade_smooth()
    return made  # type: ignore[no-any-return]


def _called(context: bpy.types.Context, thing: bpy.types.Object, operator: Any, **settings: Any) -> str:
    """Have one of Blender's operators work on an object; gives its refusal, or nothing."""
    assert context.view_layer is not None
    context.view_layer.update()
    try:
        with context.temp_override(object=thing, active_object=thing, selected_objects=[thing]):
            done: set[str] = operator(**settings)
    except RuntimeError as error:
        return str(error)
    return "" if "FINISHED" in done else str(done)


def _box(mesh: bpy.types.Mesh) -> list[tuple[float, float, float]]:
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    places = flat.reshape(-1, 3)
    return [tuple(places.min(axis=0).tolist()), tuple(places.max(axis=0).tolist())] if len(places) else []
