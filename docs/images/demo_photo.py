# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/images/demo_photo.png: a ceramic garden gnome photographed in a small studio.

    python docs/images/demo_photo.py docs/images/demo_photo.png

The Python needs Blender as a module (bpy 4.2 or later). No gnome is among the objects the built-in model was trained
on. Lengths are in metres; the gnome faces -Y and stands 1.9 tall, which keeps Blender's default light units handy.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy
from mathutils import Euler, Vector

Point = tuple[float, float, float]
Colour = tuple[float, float, float]
SIDE_PIXELS = 768
SAMPLES = 48
ELEVATION_DEGREES = 11.0
FIELD_OF_VIEW_DEGREES = 40.0


def glaze(name: str, colour: Colour, roughness: float = 0.34, coat: float = 0.35) -> bpy.types.Material:
    """Painted and glazed ceramic; `colour` is linear."""
    material = bpy.data.materials.new(name)
    if material.node_tree is None:
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Coat Roughness"].default_value = 0.12
    return material


def solid(
    name: str, points: Sequence[Point], faces: Sequence[Sequence[int]], material: bpy.types.Material
) -> bpy.types.Object:
    """A smooth object from a control cage."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces, shade_flat=False)
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    rounding = thing.modifiers.new("Rounding", "SUBSURF")
    rounding.levels = rounding.render_levels = 3
    return thing


def turned(
    name: str,
    profile: Sequence[tuple[float, float]],
    material: bpy.types.Material,
    sculpt: Callable[[float, float, float], Point] = lambda x, y, z: (x, y, z),
    sides: int = 24,
) -> bpy.types.Object:
    """A profile of (radius, height) turned on the wheel, closed at both ends; `sculpt` then moves each cage point."""
    turns = [2 * math.pi * i / sides for i in range(sides)]
    points = [sculpt(r * math.cos(turn), r * math.sin(turn), z) for r, z in profile for turn in turns]
    faces = [
        (row * sides + i, row * sides + (i + 1) % sides, (row + 1) * sides + (i + 1) % sides, (row + 1) * sides + i)
        for row in range(len(profile) - 1)
        for i in range(sides)
    ]
    last = (len(profile) - 1) * sides
    caps = [tuple(reversed(range(sides))), tuple(range(last, last + sides))]
    return solid(name, points, [*faces, *caps], material)


def ball(name: str, at: Point, size: Point, material: bpy.types.Material, tilt: Point = (0, 0, 0)) -> bpy.types.Object:
    """An ellipsoid with half axes `size`, turned by `tilt` degrees."""
    arcs = [math.radians(angle) for angle in range(-84, 85, 14)]
    thing = turned(name, [(math.cos(arc), math.sin(arc)) for arc in arcs], material)
    thing.location, thing.scale = at, size
    thing.rotation_euler = Euler([math.radians(angle) for angle in tilt])
    return thing


def boots_and_coat() -> None:
    """Everything from the ground up to the shoulders."""
    coat, boot = glaze("blue coat", (0.022, 0.12, 0.36)), glaze("boots", (0.045, 0.019, 0.009), 0.28)
    profile = [(0.30, 0.10), (0.43, 0.12), (0.49, 0.26), (0.51, 0.42), (0.47, 0.62), (0.38, 0.82), (0.24, 0.95)]
    turned("coat", profile, coat, lambda x, y, z: (x, 0.86 * y, z))
    turned("hem", [(0.38, 0.07), (0.47, 0.07), (0.50, 0.12), (0.50, 0.18), (0.42, 0.2)],
           glaze("hem", (0.62, 0.40, 0.08)), lambda x, y, z: (x, 0.87 * y, z))  # fmt: skip
    for side in (-1, 1):
        ball("boot", (0.21 * side, -0.20, 0.10), (0.19, 0.31, 0.145), boot, (4, 0, 12 * side))


def belt() -> None:
    """A leather belt and its brass buckle."""
    leather, brass = glaze("belt", (0.030, 0.013, 0.008)), glaze("brass", (0.72, 0.42, 0.07), 0.25)
    turned("belt", [(0.48, 0.36), (0.525, 0.36), (0.53, 0.42), (0.52, 0.48), (0.47, 0.48)], leather,
           lambda x, y, z: (x, 0.875 * y, z))  # fmt: skip
    ball("buckle", (0, -0.463, 0.42), (0.105, 0.03, 0.085), brass)
    ball("buckle hole", (0, -0.488, 0.42), (0.05, 0.018, 0.036), leather)


def arms() -> None:
    """Sleeves that bend forward, cuffs, and mittened hands resting on the belly."""
    coat, cuff, skin = bpy.data.materials["blue coat"], bpy.data.materials["hem"], glaze("hands", (0.74, 0.36, 0.22))
    for side in (-1, 1):
        ball("upper arm", (0.42 * side, -0.03, 0.72), (0.15, 0.17, 0.25), coat, (0, -24 * side, 0))
        ball("forearm", (0.45 * side, -0.22, 0.585), (0.125, 0.23, 0.125), coat, (10, 0, 32 * side))
        ball("cuff", (0.365 * side, -0.385, 0.565), (0.128, 0.05, 0.128), cuff, (6, 0, 36 * side))
        ball("hand", (0.295 * side, -0.455, 0.56), (0.11, 0.10, 0.10), skin, (0, 0, 36 * side))


def face() -> None:
    """Head, nose, cheeks, eyes and brows."""
    skin, rosy = bpy.data.materials["hands"], glaze("rosy", (0.74, 0.22, 0.14))
    dark, white = glaze("eyes", (0.006, 0.005, 0.005), 0.1), glaze("hair", (0.80, 0.77, 0.70), 0.45)
    ball("head", (0, -0.02, 1.13), (0.335, 0.32, 0.30), skin)
    ball("nose", (0, -0.375, 1.09), (0.092, 0.10, 0.085), rosy)
    for side in (-1, 1):
        ball("cheek", (0.20 * side, -0.262, 1.085), (0.075, 0.05, 0.06), rosy)
        ball("ear", (0.335 * side, -0.03, 1.12), (0.055, 0.075, 0.095), skin)
        ball("eye", (0.115 * side, -0.322, 1.175), (0.036, 0.026, 0.046), dark)
        ball("brow", (0.13 * side, -0.305, 1.247), (0.085, 0.04, 0.030), white, (0, 3 * side, 18 * side))


def combed(x: float, y: float, z: float) -> Point:
    """Locks of the beard: waves around the axis that turn with the height, deeper towards the tip."""
    depth = 1 + 0.055 * math.sin(9 * math.atan2(y, x) + 5 * z)
    sway = 0.03 * math.sin(6 * z)
    return (x * depth + sway, 0.62 * y * depth, z)


def beard() -> None:
    """A full beard that reaches the belt, and a moustache."""
    white = bpy.data.materials["hair"]
    profile = [
        (0.02, 0.0),
        (0.09, 0.05),
        (0.17, 0.18),
        (0.25, 0.34),
        (0.305, 0.47),
        (0.32, 0.57),
        (0.27, 0.64),
        (0.1, 0.68),
    ]
    hair = turned("beard", profile, white, combed, sides=54)
    hair.location, hair.rotation_euler = (0, -0.30, 0.40), Euler((math.radians(-4), 0, 0))
    for side in (-1, 1):
        ball("moustache", (0.11 * side, -0.43, 0.99), (0.14, 0.065, 0.058), white, (0, 20 * side, 18 * side))


def felt_hat() -> None:
    """A tall red hat with a rolled brim, its tip leaning over."""

    def slouched(x: float, y: float, z: float) -> Point:
        lean = max(z - 0.12, 0.0)
        fold = 1 + 0.05 * math.sin(15 * z) * math.sin(math.atan2(y, x) + 1.0)
        return (x * fold + 0.50 * lean**2, y * fold + 0.10 * lean**2, z)

    felt = glaze("hat", (0.52, 0.018, 0.014), 0.36)
    profile = [
        (0.32, 0.0),
        (0.375, 0.02),
        (0.36, 0.12),
        (0.295, 0.24),
        (0.215, 0.36),
        (0.14, 0.47),
        (0.085, 0.55),
        (0.03, 0.60),
    ]
    hat = turned("hat", profile, felt, slouched, sides=32)
    brim = turned("brim", [(0.31, -0.03), (0.385, -0.035), (0.42, 0.01), (0.385, 0.065), (0.31, 0.06)], felt)
    for part in (hat, brim):
        part.location, part.rotation_euler = (0, 0.06, 1.29), Euler((math.radians(-11), 0, 0))


def backdrop() -> None:
    """Paper that runs from the table up the wall, without a corner."""
    paper = glaze("paper", (0.52, 0.68, 0.62), 0.9, coat=0.0)
    bow = [(1.5 + 6 * math.sin(math.radians(a)), 6 - 6 * math.cos(math.radians(a))) for a in range(0, 91, 10)]
    run = [(-9.0, 0.0), *bow, (7.5, 14.0)]
    points = [(x, y, z) for y, z in run for x in (-16.0, 16.0)]
    solid("paper", points, [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(run) - 1)], paper)


def softbox(name: str, at: Point, side: float, watts: float) -> None:
    """A square area light that looks at the gnome's middle."""
    lamp = bpy.data.lights.new(name, "AREA")
    lamp.energy, lamp.size = watts, side
    thing = bpy.data.objects.new(name, lamp)
    thing.location = at
    thing.rotation_euler = (Vector((0, 0, 0.9)) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)


def lights() -> None:
    """A big key at the left, a fill at the right, a bright room around."""
    softbox("key", (-3.6, -3.4, 4.4), 3.0, 290.0)
    softbox("fill", (4.4, -2.6, 2.6), 3.5, 90.0)
    softbox("top", (0.0, 0.6, 6.0), 4.0, 110.0)
    world = bpy.data.worlds.new("room")
    if world.node_tree is None:
        world.use_nodes = True
    room = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    room.inputs["Color"].default_value, room.inputs["Strength"].default_value = (1.0, 0.99, 0.97, 1.0), 0.42
    bpy.context.scene.world = world


def camera() -> None:
    """In front and slightly above, looking at the middle of the gnome."""
    lens = bpy.data.cameras.new("camera")
    lens.angle = math.radians(FIELD_OF_VIEW_DEGREES)
    thing = bpy.data.objects.new("camera", lens)
    aim, distance, up = Vector((0, 0, 0.91)), 3.3, math.radians(ELEVATION_DEGREES)
    thing.location = aim + distance * Vector((0, -math.cos(up), math.sin(up)))
    thing.rotation_euler = (aim - thing.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing


def photograph(picture: Path) -> None:
    """Render the scene with Cycles on the CPU, always with the same noise, to an 8-bit PNG."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.seed = SAMPLES, True, 0
    scene.render.resolution_x = scene.render.resolution_y = SIDE_PIXELS
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGB"
    scene.render.image_settings.compression = 100
    scene.render.filepath = str(picture.resolve())
    bpy.ops.render.render(write_still=True)


def main(arguments: Sequence[str]) -> None:
    """Build the studio, press the shutter."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    for step in (boots_and_coat, belt, arms, face, beard, felt_hat, backdrop, lights, camera):
        step()
    photograph(Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
