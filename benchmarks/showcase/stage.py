# SPDX-License-Identifier: GPL-3.0-or-later
"""A small photo studio: a rounded backdrop, three soft lights, the photo on a card, the object before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import bpy
from mathutils import Vector

SAMPLES = 32
PICTURE_SIZE = (1280, 720)
BACKDROP_COLOUR = (0.30, 0.36, 0.42, 1.0)
WORLD_COLOUR = (0.85, 0.90, 1.0, 1.0)
ROW_STEP = 1.02
"""From one thing in a row to the next, in sizes of the object."""


def build_stage(made: bpy.types.Object, photo: Path) -> None:
    """Put `made` (origin at its bottom centre) on the right, its photo on the left, and everything around them.

    All lengths follow from the object's size.
    """
    scene = bpy.context.scene
    size = max(made.dimensions)
    made.location = (0.62 * size, 0.0, 0.0)
    made.rotation_euler = (0.0, 0.0, math.radians(-22))
    card = _card(photo, size, Vector((-0.68 * size, 0.12 * size, 0.0)))
    card.rotation_euler = (math.radians(-6), 0.0, math.radians(14))
    _backdrop(size)
    _lights(size)
    _world(scene)
    _camera(scene, size, (0.1, -4.6, 1.35), lens=60)


def build_row(made: bpy.types.Object, photo: Path, turns: Sequence[float]) -> None:
    """Stand the photo and, right of it, `made` turned by each of `turns` (degrees, anticlockwise), all facing us."""
    size = max(made.dimensions)
    first = -0.5 * ROW_STEP * len(turns)
    card = _card(photo, size, Vector((first * size, 0.0, 0.0)))
    card.rotation_euler = (math.radians(-4), 0.0, 0.0)
    for number, turn in enumerate(turns):
        shown = made if number == 0 else _object(f"{made.name} {turn}", made.data, Vector())
        shown.location = ((first + ROW_STEP * (number + 1)) * size, 0.0, 0.0)
        shown.rotation_euler = (0.0, 0.0, math.radians(turn))
    _backdrop(1.6 * size)
    _lights(2.0 * size)
    _world(bpy.context.scene)
    _camera(bpy.context.scene, size, (0.0, -9.0, 2.0), lens=78)


def _lights(size: float) -> None:
    _light("Key", size, (-1.6, -2.2, 2.6), watts=80, width=1.6, colour=(1.0, 0.95, 0.88))
    _light("Fill", size, (2.8, -1.6, 1.4), watts=22, width=2.4, colour=(0.86, 0.92, 1.0))
    _light("Rim", size, (1.6, 2.0, 2.4), watts=60, width=1.0, colour=(1.0, 1.0, 1.0))


def set_up_render(scene: bpy.types.Scene, picture: Path, pixels: tuple[int, int] = PICTURE_SIZE) -> None:
    """Cycles on the CPU, few samples and the denoiser; the Standard view shows colours as they are."""
    render = scene.render
    render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = True
    scene.cycles.max_bounces = 4
    scene.view_settings.view_transform = "Standard"
    render.resolution_x, render.resolution_y = pixels
    render.resolution_percentage = 100
    render.image_settings.file_format = "PNG"
    render.image_settings.compression = 100
    render.dither_intensity = 0.0  # dither is noise that triples the file
    render.filepath = str(picture)


def _card(photo: Path, size: float, place: Vector) -> bpy.types.Object:
    image = bpy.data.images.load(str(photo))
    image.pack()
    ratio = image.size[0] / image.size[1]
    height = 0.98 * size
    corners = [(-ratio / 2, 0, 0), (ratio / 2, 0, 0), (ratio / 2, 0, 1), (-ratio / 2, 0, 1)]
    mesh = bpy.data.meshes.new("Photo")
    mesh.from_pydata([[height * value for value in corner] for corner in corners], [], [(0, 1, 2, 3)])
    layer = mesh.uv_layers.new(name="UVMap")
    for loop, uv in zip(layer.data, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        loop.uv = uv
    mesh.materials.append(_photo_material(image))
    return _object("Photo", mesh, place)


def _photo_material(image: bpy.types.Image) -> bpy.types.Material:
    """Light of its own: the card shows the photo's colours, whatever the lamps do."""
    material = bpy.data.materials.new("Photo")
    if material.node_tree is None:
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    paper = tree.nodes.new("ShaderNodeEmission")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(texture.outputs["Color"], paper.inputs["Color"])
    tree.links.new(paper.outputs["Emission"], output.inputs["Surface"])
    return material


def _backdrop(size: float) -> None:
    """Floor and wall in one sheet, joined by a quarter circle: no horizon line."""
    radius, half, front, back, top = 1.2 * size, 12.0 * size, -6.0 * size, 1.6 * size, 8.0 * size
    profile = [(front, 0.0), (back, 0.0)]
    profile += [
        (back + radius * math.sin(angle), radius * (1 - math.cos(angle)))
        for angle in (math.radians(6 * step) for step in range(1, 16))
    ]
    profile.append((back + radius, top))
    vertices = [(side * half, y, z) for y, z in profile for side in (-1, 1)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    mesh = bpy.data.meshes.new("Backdrop")
    mesh.from_pydata(vertices, [], faces, shade_flat=False)
    mesh.materials.append(_matt("Backdrop", BACKDROP_COLOUR))
    _object("Backdrop", mesh, Vector())


def _matt(name: str, colour: tuple[float, float, float, float]) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    if material.node_tree is None:
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = 0.9
    return material


def _light(
    name: str,
    size: float,
    place: tuple[float, float, float],
    *,
    watts: float,
    width: float,
    colour: tuple[float, float, float],
) -> None:
    lamp = bpy.data.lights.new(name, "AREA")
    lamp.energy = watts * size * size
    lamp.size = width * size
    lamp.color = colour
    where = Vector(place) * size
    shown = _object(name, lamp, where)
    shown.rotation_euler = (Vector((0.0, 0.0, 0.4 * size)) - where).to_track_quat("-Z", "Y").to_euler()


def _world(scene: bpy.types.Scene) -> None:
    world = bpy.data.worlds.new("Studio")
    if world.node_tree is None:
        world.use_nodes = True
    background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = WORLD_COLOUR
    background.inputs["Strength"].default_value = 0.28
    scene.world = world


def _camera(scene: bpy.types.Scene, size: float, place: tuple[float, float, float], lens: float) -> None:
    optics = bpy.data.cameras.new("Camera")
    optics.lens = lens
    where = Vector(place) * size
    camera = _object("Camera", optics, where)
    camera.rotation_euler = (Vector((0.0, 0.0, 0.47 * size)) - where).to_track_quat("-Z", "Y").to_euler()
    scene.camera = camera


def _object(name: str, data: bpy.types.ID, place: Vector) -> bpy.types.Object:
    made = bpy.data.objects.new(name, data)
    made.location = place
    bpy.context.scene.collection.objects.link(made)
    return made
