# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh arrays -> a Blender object with its colours, material and modifier."""

from __future__ import annotations

from typing import Literal, cast

import bpy
import numpy as np
from mathutils import Color

from .material import colour_material
from .mesh_arrays import Floats, MeshArrays
from .modifiers import add_decimate

COLOUR_ATTRIBUTE = "Color"
ColourDomain = Literal["POINT", "CORNER"]


def object_from_arrays(name: str, arrays: MeshArrays, decimate_ratio: float) -> bpy.types.Object:
    """A new object, in no scene yet: smooth, coloured, with a material and a Decimate modifier (ratio 0..1)."""
    mesh = mesh_from_arrays(name, arrays)
    mesh.materials.append(colour_material(name, COLOUR_ATTRIBUTE, average_colour(arrays.colours)))
    new = bpy.data.objects.new(name, mesh)
    add_decimate(new, decimate_ratio)
    return new


def mesh_from_arrays(name: str, arrays: MeshArrays) -> bpy.types.Mesh:
    """A new mesh whose arrays equal the given ones, which must be checked (see read_mesh_file).

    Written through the attributes: ten times as quick as from_pydata, and smooth-shaded without being told.
    """
    mesh = bpy.data.meshes.new(name)
    fill(mesh, arrays)
    return mesh


def refill(mesh: bpy.types.Mesh, arrays: MeshArrays) -> None:
    """Other vertices, triangles and colours for a mesh that is there; its name, materials and properties stay.

    What belonged to the old vertices goes: UV maps, weights, other attributes. It must not have shape keys.
    """
    mesh.clear_geometry()
    fill(mesh, arrays)


def fill(mesh: bpy.types.Mesh, arrays: MeshArrays) -> None:
    """Give an empty mesh its arrays."""
    corners = arrays.triangles.size
    mesh.vertices.add(len(arrays.vertices))
    positions = cast("bpy.types.FloatVectorAttribute", mesh.attributes["position"])
    positions.data.foreach_set("vector", arrays.vertices.ravel())
    mesh.loops.add(corners)
    # This attribute exists once there are corners. Making it anew would give a second one, and all faces vertex 0.
    corner_vertices = cast("bpy.types.IntAttribute", mesh.attributes[".corner_vert"])
    corner_vertices.data.foreach_set("value", arrays.triangles.ravel())
    mesh.polygons.add(len(arrays.triangles))
    mesh.polygons.foreach_set("loop_start", np.arange(0, corners, 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    write_colours(mesh, arrays.colours, "POINT")


def write_colours(mesh: bpy.types.Mesh, colours: Floats, domain: ColourDomain) -> None:
    """A byte colour [n, 3] for each point or corner. Bytes hold sRGB, as the picture does; `color` would take linear.

    It takes the place of what has the attribute's name.
    """
    former = mesh.attributes.get(COLOUR_ATTRIBUTE)
    if former is not None:
        mesh.attributes.remove(former)
    opaque = np.ones((len(colours), 4), np.float32)
    opaque[:, :3] = colours
    layer = cast("bpy.types.ByteColorAttribute", mesh.color_attributes.new(COLOUR_ATTRIBUTE, "BYTE_COLOR", domain))
    layer.data.foreach_set("color_srgb", opaque.ravel())
    mesh.color_attributes.active_color = layer
    mesh.color_attributes.render_color_index = mesh.color_attributes.find(COLOUR_ATTRIBUTE)


def average_colour(colours: Floats) -> tuple[float, float, float]:
    """The mean of sRGB colours as Blender takes colours: linear."""
    linear = Color([float(value) for value in colours.mean(axis=0)]).from_srgb_to_scene_linear()
    return (linear.r, linear.g, linear.b)
