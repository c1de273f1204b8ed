# SPDX-License-Identifier: GPL-3.0-or-later
"""A material that shows the mesh's colours as they are in the picture."""

from __future__ import annotations

from typing import Any, cast

import bpy

ROUGHNESS = 0.9
SPECULAR_LEVEL = 0.1
"""The picture's light is baked into the colours: a shiny surface would light them a second time."""


def colour_material(name: str, attribute: str, average: tuple[float, float, float]) -> bpy.types.Material:
    """A new material: the colour attribute of that name, into the base colour of a rough Principled surface.

    average: linear red, green, blue, for views that show each material in one colour.
    """
    material = bpy.data.materials.new(name)
    surface = principled_surface(material)
    tree = material.node_tree
    assert tree is not None
    colour = cast("bpy.types.ShaderNodeVertexColor", tree.nodes.new("ShaderNodeVertexColor"))
    colour.layer_name = attribute
    colour.location = (surface.location.x - 220.0, surface.location.y)
    # By name: the order of Principled's sockets changes between versions.
    tree.links.new(cast("Any", colour).outputs["Color"], surface.inputs["Base Color"])
    for socket, value in {"Roughness": ROUGHNESS, "Specular IOR Level": SPECULAR_LEVEL}.items():
        cast("bpy.types.NodeSocketFloat", surface.inputs[socket]).default_value = value
    material.diffuse_color = (*average, 1.0)
    material.roughness = ROUGHNESS
    return material


def principled_surface(material: bpy.types.Material) -> bpy.types.Node:
    """The Principled surface of a new material, connected to its output.

    Blender 4.2 gives a new material the nodes of a volume where a volume is the active object.
    """
    # Blender 4.x makes a material without nodes; 5.x always has them, and warns about this switch.
    if material.node_tree is None:
        material.use_nodes = True
    tree = material.node_tree
    assert tree is not None
    found = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
    if found is not None:
        return found
    tree.nodes.clear()
    surface, output = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeOutputMaterial")
    output.location = (surface.location.x + 300.0, surface.location.y)
    tree.links.new(surface.outputs["BSDF"], output.inputs["Surface"])
    return surface
