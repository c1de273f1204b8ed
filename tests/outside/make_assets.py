# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports known assets with the extension: `BLENDER_PYTHON make_assets.py FOLDER`. Blender as a module is needed.

The asset is a squashed ball with a nose: red in front, blue behind, three levels of detail and a collider; once with
vertex colours, once with a texture and a normal map. FOLDER gets a folder for each engine, format and kind of colours.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
EXTENSION = "bl_ext.user_default.triposr"
RED, BLUE = (0.8, 0.2, 0.1), (0.1, 0.3, 0.8)
ENGINES, FORMATS = ("UNITY", "UNREAL", "GODOT", "WEB"), ("GLB", "FBX", "OBJ", "USD")


def main(folder: Path) -> None:
    """All of them."""
    bpy = _blender()
    for colours in ("VERTEX", "TEXTURE"):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        ball = make_ball(bpy)
        if colours == "TEXTURE":
            paint(bpy, ball)
        settings = bpy.context.scene.triposr_asset
        settings.levels.count = 2
        settings.colliders.kind = "HULL"
        assert bpy.ops.triposr.make_levels() == {"FINISHED"}
        assert bpy.ops.triposr.make_colliders() == {"FINISHED"}
        for engine in ENGINES:
            for file_format in FORMATS:
                settings.engine, settings.export.file_format, settings.export.colours = engine, file_format, colours
                settings.export.folder = str(folder / f"{engine}_{file_format}_{colours}")
                assert bpy.ops.triposr.export_asset() == {"FINISHED"}


def make_ball(bpy: Any) -> Any:
    """0.6 x about 1.1 x 1.6 m, standing beside the world's origin, its own in the middle of its foot."""
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=4, radius=1.0, location=(3.0, -2.0, 0.5))
    thing = bpy.context.object
    thing.name = "Ball"
    mesh = thing.data
    places = np.array([vertex.co for vertex in mesh.vertices]) * (0.3, 0.5, 0.8)
    nose = (places[:, 1] < -0.3) & (np.abs(places[:, 2] - 0.3) < 0.25)
    places[nose, 1] -= 0.15
    places[:, 2] += 0.8
    mesh.vertices.foreach_set("co", places.ravel())
    while mesh.uv_layers:
        mesh.uv_layers.remove(mesh.uv_layers[0])
    layer = mesh.color_attributes.new("Color", "BYTE_COLOR", "POINT")
    colours = np.ones((len(places), 4), np.float32)
    colours[:, :3] = np.where(places[:, 1:2] < 0.0, RED, BLUE)
    layer.data.foreach_set("color_srgb", colours.ravel())
    mesh.color_attributes.active_color = layer
    mesh.update()
    return thing


def paint(bpy: Any, thing: Any) -> None:
    """A texture of two colours, its left half in front, and an even normal map."""
    mesh = thing.data
    uvs = mesh.uv_layers.new(name="UVMap")
    for polygon in mesh.polygons:
        side = 0.25 if polygon.center.y < 0.0 else 0.75
        for corner in polygon.loop_indices:
            at = mesh.vertices[mesh.loops[corner].vertex_index].co
            uvs.uv[corner].vector = (side + 0.3 * at.x, 0.5 + 0.5 * (at.z - 0.8))
    colour = np.ones((8, 8, 4), np.float32)
    colour[:, :4, :3], colour[:, 4:, :3] = RED, BLUE
    normal = np.tile(np.array([0.5, 0.5, 1.0, 1.0], np.float32), (8, 8, 1))
    material = bpy.data.materials.new("Ball")
    if material.node_tree is None:
        material.use_nodes = True
    tree = material.node_tree
    surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    bumps = tree.nodes.new("ShaderNodeNormalMap")
    tree.links.new(_texture(bpy, tree, "colour", colour, "sRGB"), surface.inputs["Base Color"])
    tree.links.new(_texture(bpy, tree, "normal", normal, "Non-Color"), bumps.inputs["Color"])
    tree.links.new(bumps.outputs["Normal"], surface.inputs["Normal"])
    mesh.materials.append(material)


def _texture(bpy: Any, tree: Any, name: str, pixels: np.ndarray, space: str) -> Any:
    image = bpy.data.images.new(name, pixels.shape[1], pixels.shape[0])
    image.colorspace_settings.name = space
    image.pixels.foreach_set(pixels.ravel())
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    return node.outputs["Color"]


def _blender() -> Any:
    """With this checkout as its extension, and settings of its own."""
    os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="triposr_outside_")
    import bpy

    extensions = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(ROOT, target_is_directory=True)
    bpy.ops.preferences.addon_enable(module=EXTENSION)
    return bpy


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # some Blender modules crash while Python shuts down
