# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of an asset's objects as an engine is to get them, in a scene of their own that goes when it is written.

Modifiers, rotation and scale are in the mesh, the origin is the finest level's, numbers are metres. The artist's
objects lend their names for that time, since no two objects of a .blend have the same one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import bmesh
import bpy
import numpy as np
from mathutils import Matrix

from ..image_pixels import pixels_of
from ..material import colour_material
from ..mesh_arrays import Floats
from ..mesh_object import COLOUR_ATTRIBUTE, average_colour
from ..placement import units_per_metre
from ..png import png_file
from .engines import Engine
from .export_parts import AssetParts

GROUP_TYPE = "fbx_type"
"""What Blender's FBX writer calls an empty by, where it has this property."""


@dataclass(frozen=True)
class Copies:
    """The scene with the copies. levels: their objects' names, the finest first; colliders: theirs. pictures: files."""

    scene: bpy.types.Scene
    levels: tuple[str, ...]
    colliders: tuple[str, ...]
    pictures: tuple[Path, ...] = ()


@dataclass
class _Staging:
    """What has to go again."""

    scene: bpy.types.Scene
    lent: list[tuple[bpy.types.ID, str]] = field(default_factory=list)
    made: list[bpy.types.ID] = field(default_factory=list)
    pictures: dict[str, bpy.types.Image] = field(default_factory=dict)
    materials: dict[str, bpy.types.Material] = field(default_factory=dict)
    """By the name of what they are copies of: all levels share them."""

    def called(self, thing: bpy.types.ID, kind: Any, name: str) -> None:
        """Give a copy its name; who has it lends it."""
        owner = kind.get(name)
        if owner is not None and owner != thing:
            self.lent.append((owner, name))
            owner.name = f"{name[:40]} (lent)"
        thing.name = name

    def close(self) -> None:
        """Everything made goes, every name goes back."""
        bpy.data.scenes.remove(self.scene)
        bpy.data.batch_remove(self.made)
        for owner, name in reversed(self.lent):
            owner.name = name


@contextmanager
def copies_of(
    context: bpy.types.Context,
    parts: AssetParts,
    engine: Engine,
    *,
    textured: bool,
    pictures: Path,
    turned: bool,
) -> Iterator[Copies]:
    """Hand out the copies of all levels and colliders. textured: with the texture and without vertex colours.

    pictures: the folder for the textures' files. turned: as the engine wants it turned.
    """
    assert context.scene is not None
    metres = 1.0 / units_per_metre(context.scene)
    staging = _Staging(bpy.data.scenes.new("TripoSR Export"))
    try:
        turn = engine.turn if turned else 0.0
        name = bpy.path.clean_name(parts.name)
        levels = []
        for number, thing in enumerate(parts.levels):
            called = f"{name}_LOD{number}" if len(parts.levels) > 1 else name
            # From its own origin: LOD0 may have been moved since, or the levels put side by side.
            copy = _copy(context, staging, thing, called, _placing(thing, metres, turn))
            mesh = cast("bpy.types.Mesh", copy.data)
            (_with_texture if textured else _with_colours)(staging, mesh, name, pictures, engine)
            levels.append(copy)
        colliders = []
        for number, (thing, kind) in enumerate(parts.colliders):
            called = engine.collider_name(name, levels[0].name, number, len(parts.colliders), kind)
            copy = _copy(context, staging, thing, called, _placing(parts.first, metres, turn))
            _bare(cast("bpy.types.Mesh", copy.data))
            colliders.append(copy)
        if engine.level_group and len(levels) > 1:
            _grouped(staging, name, levels)
        staging.scene.view_layers[0].update()
        names = tuple(each.name for each in levels), tuple(each.name for each in colliders)
        yield Copies(staging.scene, *names, tuple(pictures / file for file in staging.pictures))
    finally:
        staging.close()


def _placing(origin: bpy.types.Object, metres: float, turn: float) -> Matrix:
    """From the world to a place of its own, where an object's origin is 0."""
    away = Matrix.Translation(-origin.matrix_world.translation)
    return Matrix.Rotation(math.radians(turn), 4, "Z") @ Matrix.Scale(metres, 4) @ away


def _copy(
    context: bpy.types.Context, staging: _Staging, thing: bpy.types.Object, name: str, placing: Matrix
) -> bpy.types.Object:
    graph = context.evaluated_depsgraph_get()
    mesh = bpy.data.meshes.new_from_object(thing.evaluated_get(graph), preserve_all_data_layers=True, depsgraph=graph)
    staging.made.append(mesh)
    _without_loose(mesh)
    whole = placing @ thing.matrix_world
    mesh.transform(whole)
    if whole.determinant() < 0.0:
        mesh.flip_normals()
    for key in list(mesh.keys()):
        del mesh[key]  # the field, the record: a megabyte that no engine wants
    copy = bpy.data.objects.new(name, mesh)
    staging.made.append(copy)
    staging.called(mesh, bpy.data.meshes, name)
    staging.called(copy, bpy.data.objects, name)
    staging.scene.collection.objects.link(copy)
    return copy


def _without_loose(mesh: bpy.types.Mesh) -> None:
    """Vertices without a face are nothing to see; some formats leave them out, and the box is another then."""
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    if len(np.unique(corners)) == len(mesh.vertices):
        return
    shape = bmesh.new()
    try:
        shape.from_mesh(mesh)
        bmesh.ops.delete(shape, geom=[vertex for vertex in shape.verts if not vertex.link_faces], context="VERTS")
        shape.to_mesh(mesh)
    finally:
        shape.free()


def _bare(mesh: bpy.types.Mesh) -> None:
    """A collider is a shape and nothing else."""
    mesh.materials.clear()
    for attribute in [*mesh.color_attributes]:
        mesh.attributes.remove(attribute)
    while mesh.uv_layers:
        mesh.uv_layers.remove(mesh.uv_layers[0])


def _with_colours(staging: _Staging, mesh: bpy.types.Mesh, name: str, _pictures: Path, _engine: Engine) -> None:
    """One colour attribute of floats, which no format bands in the dark, straight in a material of its own.

    UV maps go: nothing shows them.
    """
    while mesh.uv_layers:
        mesh.uv_layers.remove(mesh.uv_layers[0])
    colours = _colours_of(mesh)
    for attribute in [*mesh.color_attributes]:
        mesh.attributes.remove(attribute)
    if colours is None:
        return
    layer = cast("bpy.types.FloatColorAttribute", mesh.color_attributes.new(COLOUR_ATTRIBUTE, "FLOAT_COLOR", "CORNER"))
    opaque = np.ones((len(colours), 4), np.float32)
    opaque[:, :3] = colours
    layer.data.foreach_set("color_srgb", opaque.ravel())
    mesh.color_attributes.active_color = layer
    mesh.color_attributes.render_color_index = 0
    if COLOUR_ATTRIBUTE not in staging.materials:
        material = colour_material(name, COLOUR_ATTRIBUTE, average_colour(colours))
        staging.made.append(material)
        staging.called(material, bpy.data.materials, name)
        staging.materials[COLOUR_ATTRIBUTE] = material
    mesh.materials.clear()
    mesh.materials.append(staging.materials[COLOUR_ATTRIBUTE])


def _colours_of(mesh: bpy.types.Mesh) -> Floats | None:
    """The active colours of all corners [n, 3], sRGB, 0..1."""
    layer: Any = mesh.color_attributes.active_color
    if layer is None:
        return None
    values = np.empty(4 * len(layer.data), np.float32)
    layer.data.foreach_get("color_srgb", values)
    colours = values.reshape(-1, 4)[:, :3]
    if layer.domain == "POINT":
        corners = np.empty(len(mesh.loops), np.int32)
        mesh.loops.foreach_get("vertex_index", corners)
        colours = colours[corners]
    return np.clip(colours, 0.0, 1.0)


def _with_texture(staging: _Staging, mesh: bpy.types.Mesh, name: str, pictures: Path, engine: Engine) -> None:
    """The mesh's own material, whose images are files now; glTF would multiply vertex colours with the texture."""
    for attribute in [*mesh.color_attributes]:
        mesh.attributes.remove(attribute)
    for number, material in enumerate(mesh.materials):
        if material is not None:
            if material.name not in staging.materials:
                staging.materials[material.name] = _material(staging, material, name, pictures, engine)
            mesh.materials[number] = staging.materials[material.name]


def _material(
    staging: _Staging, material: bpy.types.Material, name: str, pictures: Path, engine: Engine
) -> bpy.types.Material:
    copy, count = material.copy(), len(staging.materials)
    staging.made.append(copy)
    staging.called(copy, bpy.data.materials, f"{name}_{count + 1}" if count else name)
    for node in copy.node_tree.nodes if copy.node_tree is not None else ():
        if isinstance(node, bpy.types.ShaderNodeTexImage) and node.image is not None:
            node.image = _picture(staging, node.image, name, pictures, engine)
    return copy


def _picture(staging: _Staging, image: bpy.types.Image, name: str, pictures: Path, engine: Engine) -> bpy.types.Image:
    """The image as a PNG file of the asset's name; one that several levels share is written once."""
    is_data = image.colorspace_settings.is_data
    role = "normal" if is_data else "colour"
    known = [file for file, made in staging.pictures.items() if made.get("of") == image.name]
    if known:
        return staging.pictures[known[0]]
    same = sum(file.startswith(f"{name}_{role}") for file in staging.pictures)
    path = pictures / f"{name}_{role}{same + 1 if same else ''}.png"
    pixels = pixels_of(image)
    if is_data and engine.normal_y < 0:
        pixels = pixels.copy()
        pixels[..., 1] = 255 - pixels[..., 1]
    path.write_bytes(png_file(pixels))
    made = bpy.data.images.load(str(path))
    made.colorspace_settings.name = image.colorspace_settings.name
    made.alpha_mode = image.alpha_mode
    made["of"] = image.name
    staging.pictures[path.name] = made
    staging.made.append(made)
    return made


def _grouped(staging: _Staging, name: str, levels: list[bpy.types.Object]) -> None:
    """Unreal's way: a node that is a group of levels, the levels below it."""
    group = bpy.data.objects.new(name, None)
    staging.made.append(group)
    staging.called(group, bpy.data.objects, name)
    staging.scene.collection.objects.link(group)
    group[GROUP_TYPE] = "LodGroup"
    for level in levels:
        level.parent = group


def has_texture(thing: bpy.types.Object) -> bool:
    """Whether the materials that are seen show images, and there is a UV map to show them by."""
    mesh = cast("bpy.types.Mesh", thing.data)
    if not mesh.uv_layers:
        return False
    trees = [material.node_tree for material in mesh.materials if material is not None]
    nodes = [node for tree in trees if tree is not None for node in tree.nodes]
    return any(isinstance(node, bpy.types.ShaderNodeTexImage) and node.image is not None for node in nodes)
