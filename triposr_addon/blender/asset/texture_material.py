# SPDX-License-Identifier: GPL-3.0-or-later
"""From colour attribute to texture and back: each mesh remembers the materials of the other way to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import bpy

from ..material import ROUGHNESS, SPECULAR_LEVEL, principled_surface

COLOURS = "triposr_colours_material_"
TEXTURE = "triposr_texture_material"
"""Custom properties of a mesh: what its slots held before, by their number; and the material with its texture."""
FIGURES = "triposr_texture"
"""The custom property of a mesh that says how true its texture is."""


def packed_image(name: str, png: bytes, side: int, colour: bool) -> bpy.types.Image:
    """A new image of the .blend. colour: sRGB-encoded; else its values are data."""
    image = bpy.data.images.new(name, side, side)
    image.pack(data=png, data_len=len(png))
    image.source = "FILE"
    image.alpha_mode = "NONE"
    image.colorspace_settings.name = "sRGB" if colour else "Non-Color"
    return image


def textured_material(name: str, colour: bpy.types.Image, average: tuple[float, float, float]) -> bpy.types.Material:
    """A new material: a rough Principled surface whose base colour is a picture. average: linear, for plain views."""
    material = bpy.data.materials.new(name)
    surface = principled_surface(material)
    tree = material.node_tree
    assert tree is not None
    picture = cast("bpy.types.ShaderNodeTexImage", tree.nodes.new("ShaderNodeTexImage"))
    picture.image, picture.extension = colour, "EXTEND"
    picture.location = (surface.location.x - 300.0, surface.location.y)
    # By name: the order of Principled's sockets changes between versions.
    tree.links.new(cast("Any", picture).outputs["Color"], surface.inputs["Base Color"])
    for socket, value in {"Roughness": ROUGHNESS, "Metallic": 0.0, "Specular IOR Level": SPECULAR_LEVEL}.items():
        cast("bpy.types.NodeSocketFloat", surface.inputs[socket]).default_value = value
    material.diffuse_color, material.roughness = (*average, 1.0), ROUGHNESS
    return material


def add_normal_map(material: bpy.types.Material, normals: bpy.types.Image, uv_map: str) -> None:
    """Let the material's surface be shaded by a normal map, whose green points up."""
    tree = material.node_tree
    assert tree is not None
    surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    picture = cast("bpy.types.ShaderNodeTexImage", tree.nodes.new("ShaderNodeTexImage"))
    picture.image, picture.extension = normals, "EXTEND"
    picture.location = (surface.location.x - 700.0, surface.location.y - 320.0)
    turned = cast("bpy.types.ShaderNodeNormalMap", tree.nodes.new("ShaderNodeNormalMap"))
    turned.space, turned.uv_map = "TANGENT", uv_map
    turned.location = (surface.location.x - 220.0, surface.location.y - 320.0)
    tree.links.new(cast("Any", picture).outputs["Color"], cast("Any", turned).inputs["Color"])
    tree.links.new(cast("Any", turned).outputs["Normal"], surface.inputs["Normal"])


def show_texture(mesh: bpy.types.Mesh, material: bpy.types.Material) -> None:
    """Put the material into every slot. What was there before is remembered, unless that was a texture, too."""
    former = texture_of_or_none(mesh)
    for number, shown in enumerate(list(mesh.materials)):
        if shown is not None and shown != former:
            mesh[f"{COLOURS}{number}"] = shown
        mesh.materials[number] = material
    if not len(mesh.materials):
        mesh.materials.append(material)
    mesh[TEXTURE] = material
    if former is not None and former != material and former.users == 0:
        _remove(former)


def show_colours(mesh: bpy.types.Mesh) -> None:
    """Put back what was there before the texture, which is remembered."""
    for number in range(len(mesh.materials)):
        kept = mesh.get(f"{COLOURS}{number}")
        if isinstance(kept, bpy.types.Material):
            mesh.materials[number] = kept


def hand_down_texture(former: bpy.types.Mesh, new: bpy.types.Mesh) -> None:
    """A mesh that was made of another one, with its UV maps, can show its colours and its texture, too."""
    for name in list(former.keys()):
        if name == TEXTURE or name.startswith(COLOURS):
            new[name] = former[name]


def forget_texture(mesh: bpy.types.Mesh) -> None:
    """Its UV maps are gone, or fit no more: what was there before the texture is seen again, which is not kept."""
    if is_textured(mesh):
        show_colours(mesh)
        if is_textured(mesh):  # there was nothing
            mesh.materials.clear()
    for name in list(mesh.keys()):
        if name in (TEXTURE, FIGURES) or name.startswith(COLOURS):
            del mesh[name]


def texture_of_or_none(mesh: bpy.types.Mesh) -> bpy.types.Material | None:
    """The material with the mesh's texture, whether it is seen or not."""
    material = mesh.get(TEXTURE)
    return material if isinstance(material, bpy.types.Material) else None


def is_textured(mesh: bpy.types.Mesh) -> bool:
    """Whether the texture is what is seen."""
    texture = texture_of_or_none(mesh)
    return texture is not None and texture in list(mesh.materials)


def has_colours(mesh: bpy.types.Mesh) -> bool:
    """Whether there is something to go back to."""
    return any(isinstance(mesh.get(f"{COLOURS}{number}"), bpy.types.Material) for number in range(len(mesh.materials)))


def images_of(material: bpy.types.Material) -> Iterator[bpy.types.Image]:
    """Those that its nodes show."""
    for node in material.node_tree.nodes if material.node_tree is not None else ():
        image = node.image if isinstance(node, bpy.types.ShaderNodeTexImage) else None
        if image is not None:
            yield image


def _remove(material: bpy.types.Material) -> None:
    """With the images that nobody else shows."""
    images = set(images_of(material))
    bpy.data.materials.remove(material)
    for image in images:
        if image.users == 0:
            bpy.data.images.remove(image)
