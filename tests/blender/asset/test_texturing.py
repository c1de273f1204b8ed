# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures baked by the real worker onto meshes that Blender lays out, beside the colours that the meshes had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]
SIDE = 512


@pytest.fixture
def chair(bpy: Any, living_of: Callable[..., Any]) -> Any:
    """Of few triangles, with settings for a small texture."""
    thing = living_of("chair", resolution=32)
    bpy.context.scene.triposr_asset.texture.size = str(SIDE)
    bpy.ops.ed.undo_push(message="before")
    return thing


def pixels(image: Any) -> Any:
    """As stored, bottom row first [S, S, 3], 0..1."""
    flat = np.empty(4 * image.size[0] * image.size[1], np.float32)
    image.pixels.foreach_get(flat)
    return flat.reshape(image.size[1], image.size[0], 4)[..., :3]


def texture(thing: Any) -> Any:
    (material,) = {slot.material for slot in thing.material_slots}
    return next(node.image for node in material.node_tree.nodes if node.type == "TEX_IMAGE")


def corner_values(mesh: Any, name: str, width: int, things: Any) -> Any:
    flat = np.empty(width * len(things), np.float32)
    things.foreach_get(name, flat)
    return flat.reshape(-1, width)


def differences(thing: Any) -> Any:
    """For each corner, how far the texture is from the colour attribute."""
    mesh, image = thing.data, pixels(texture(thing))
    uvs = corner_values(mesh, "vector", 2, mesh.uv_layers.active.uv)
    side = len(image)
    column, row = np.clip((uvs * side).astype(int), 0, side - 1).T
    vertices = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", vertices)
    colours = corner_values(mesh, "color_srgb", 4, mesh.color_attributes["Color"].data)[vertices, :3]
    return np.abs(image[row, column] - colours).max(axis=1)


def duplicate(bpy: Any, thing: Any, name: str, by: float) -> Any:
    other = bpy.data.objects.new(name, thing.data.copy())
    bpy.context.scene.collection.objects.link(other)
    other.location.x = by
    other.select_set(True)
    return other


def test_the_texture_has_the_colours_that_the_vertices_had_and_is_one_undo_step(
    bpy: Any, chair: Any, session: Any
) -> None:
    vertices, triangles = len(chair.data.vertices), len(chair.data.polygons)
    assert bpy.ops.triposr.bake_texture("EXEC_DEFAULT", True) == {"FINISHED"}
    assert (len(chair.data.vertices), len(chair.data.polygons)) == (vertices, triangles), "the mesh stays welded"
    assert np.median(differences(chair)) < 3 / 255
    assert np.percentile(differences(chair), 95) < 20 / 255
    image = texture(chair)
    assert tuple(image.size) == (SIDE, SIDE)
    assert image.packed_file is not None
    assert image.colorspace_settings.name == "sRGB"
    assert chair.data["triposr_texture"]["likeness"] > 40.0
    assert chair.data["triposr_texture"]["seam_p95"] < 4.0
    assert "dB" in session.asset_notice
    assert len(bpy.data.objects) == 1
    assert len(bpy.data.meshes) == 1
    assert bpy.context.object == chair
    assert bpy.context.mode == "OBJECT"
    bpy.ops.ed.undo()
    mesh = bpy.context.object.data
    assert len(mesh.uv_layers) == 0
    assert [material.name for material in mesh.materials] == ["chair"]


def test_from_colours_to_texture_and_back_also_in_a_saved_file(bpy: Any, chair: Any, tmp_path: Path) -> None:
    before = list(chair.data.materials)
    operators = bpy.ops.triposr
    assert not operators.show_texture.poll()
    assert not operators.show_colours.poll()
    operators.bake_texture()
    surface = next(node for node in chair.active_material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert surface.inputs["Roughness"].default_value == pytest.approx(0.9)
    assert surface.inputs["Metallic"].default_value == 0.0
    textured = list(chair.data.materials)
    assert operators.show_colours() == {"FINISHED"}
    assert list(chair.data.materials) == before
    assert operators.show_texture() == {"FINISHED"}
    assert list(chair.data.materials) == textured
    assert operators.bake_texture() == {"FINISHED"}
    assert len(bpy.data.images) == 1, "the texture of before is gone"
    picture = pixels(texture(chair))
    assert operators.show_colours() == {"FINISHED"}
    assert list(chair.data.materials) == before
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert operators.show_texture() == {"FINISHED"}
    assert np.array_equal(pixels(texture(bpy.data.objects["chair"])), picture)


def test_levels_of_detail_share_one_texture(bpy: Any, chair: Any) -> None:
    lower = duplicate(bpy, chair, "lower", 5.0)
    modifier = lower.modifiers.new("Decimate", "DECIMATE")
    modifier.ratio = 0.4
    bpy.context.view_layer.objects.active = lower
    with bpy.context.temp_override(object=lower, active_object=lower):
        bpy.ops.object.modifier_apply(modifier="Decimate")
    bpy.context.view_layer.objects.active = chair
    assert bpy.ops.triposr.bake_texture() == {"FINISHED"}
    assert texture(chair) == texture(lower)
    assert chair.data["triposr_texture"]["likeness"] > 35.0
    places = [corner_values(thing.data, "vector", 2, thing.data.uv_layers.active.uv) for thing in (chair, lower)]
    grids = [set(map(tuple, (uvs * 64).astype(int))) for uvs in places]
    assert len(grids[0] & grids[1]) < 0.25 * min(map(len, grids)), "they do not lie upon each other"
    assert np.median(differences(lower)) < 4 / 255


def test_a_normal_map_is_data_in_the_meshs_own_frames(bpy: Any, chair: Any) -> None:
    settings = bpy.context.scene.triposr_asset.texture
    settings.normal_map = True
    assert bpy.ops.triposr.bake_texture() == {"FINISHED"}
    tree = chair.active_material.node_tree
    (bump,) = [node for node in tree.nodes if node.type == "NORMAL_MAP"]
    normals = bump.inputs["Color"].links[0].from_node.image
    assert bump.outputs["Normal"].links[0].to_socket.name == "Normal"
    assert normals.colorspace_settings.name == "Non-Color"
    assert normals.packed_file is not None
    values = pixels(normals)
    assert values[..., 2].min() >= 0.49, "no normal points into the surface"
    assert 0.001 < np.abs(values[..., :2] - 0.5).mean() < 0.2
    chair.data.clear_geometry()
    chair.data.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0.5, 2, 0), (0, 1, 0)], [], [(0, 1, 2, 3, 4)])
    with pytest.raises(RuntimeError, match="Triangulate"):
        bpy.ops.triposr.bake_texture()


def test_an_own_uv_map_is_kept_where_it_is_wished(bpy: Any, chair: Any) -> None:
    bpy.ops.triposr.bake_texture()
    layer = chair.data.uv_layers.active
    layer.name = "by hand"
    before = corner_values(chair.data, "vector", 2, layer.uv)
    bpy.context.scene.triposr_asset.texture.unwrap = False
    assert bpy.ops.triposr.bake_texture() == {"FINISHED"}
    assert [layer.name for layer in chair.data.uv_layers] == ["by hand"]
    assert np.array_equal(corner_values(chair.data, "vector", 2, chair.data.uv_layers.active.uv), before)
    chair.data.uv_layers.active.uv[0].vector = (3.0, 0.5)
    with pytest.raises(RuntimeError, match="UV"):
        bpy.ops.triposr.bake_texture()


def test_a_failure_leaves_everything_as_it_was(bpy: Any, chair: Any) -> None:
    chair.data["triposr_field"]["triposr_field"] = b"no field"
    with pytest.raises(RuntimeError, match="field"):
        bpy.ops.triposr.bake_texture()
    assert len(chair.data.uv_layers) == 0
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.images)) == (1, 1, 0)
    chair.select_set(False)
    assert not bpy.ops.triposr.bake_texture.poll()


def test_lod0_brings_its_hidden_levels_with_it(bpy: Any, chair: Any) -> None:
    levels = bpy.context.scene.triposr_asset.levels
    levels.count, levels.share_1 = 1, 0.5
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    assert [thing.name for thing in bpy.context.selected_objects] == ["chair_LOD0"]
    assert bpy.ops.triposr.bake_texture() == {"FINISHED"}
    images = {texture(bpy.data.objects[name]) for name in ("chair_LOD0", "chair_LOD1")}
    assert len(images) == 1
    assert not bpy.data.objects["chair_LOD1"].visible_get()
    assert "triposr_texture" not in chair.data
