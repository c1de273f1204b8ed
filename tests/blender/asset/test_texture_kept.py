# SPDX-License-Identifier: GPL-3.0-or-later
"""A texture outlives what keeps its UV maps, and makes room for the colours where they go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy
Shape = Callable[..., Any]


@pytest.fixture
def ball(bpy: Any, room: Shape, shape: Shape, show: Shape) -> Any:
    """With colours, and a texture that is seen."""
    thing = show("ball", shape("ico_sphere", subdivisions=4))
    thing.data.uv_layers.new(name="UVMap")
    thing.data.materials.append(room("blender.material").colour_material("red", "Color", (0.6, 0.01, 0.01)))
    textures = room("blender.asset.texture_material")
    made = textures.textured_material("texture", bpy.data.images.new("picture", 8, 8), (1.0, 1.0, 1.0))
    textures.show_texture(thing.data, made)
    bpy.context.scene.triposr_asset.budget.faces = 300
    return thing


def materials(thing: Any) -> list[str]:
    return [material.name for material in thing.data.materials]


def test_decimated_it_is_seen_and_the_colours_are_known(bpy: Any, ball: Any) -> None:
    bpy.context.scene.triposr_asset.budget.live = False
    assert bpy.ops.triposr.keep_budget() == {"FINISHED"}
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    for name in ("ball_LOD0", "ball_LOD1"):
        level = bpy.data.objects[name]
        level.hide_set(False)
        bpy.ops.object.select_all(action="DESELECT")
        level.select_set(True)
        assert (materials(level), len(level.data.uv_layers)) == (["texture"], 1)
        assert bpy.ops.triposr.show_colours() == {"FINISHED"}
        assert materials(level) == ["red"]
        assert bpy.ops.triposr.show_texture() == {"FINISHED"}
        assert materials(level) == ["texture"]


@pytest.mark.parametrize("method", ["CLEAN", "QUADS", "VOXELS"])
def test_without_its_uv_maps_the_colours_are_seen(bpy: Any, ball: Any, method: str) -> None:
    if method == "CLEAN":
        assert bpy.ops.triposr.clean_geometry() == {"FINISHED"}
    else:
        bpy.context.scene.triposr_asset.budget.method = method
        assert bpy.ops.triposr.keep_budget() == {"FINISHED"}
    assert materials(ball) == ["red"]
    assert not bpy.ops.triposr.show_texture.poll()


def test_where_nothing_was_before_nothing_is_seen(bpy: Any, room: Shape, ball: Any) -> None:
    for name in list(ball.data.keys()):
        if name != "triposr_texture_material":
            del ball.data[name]
    room("blender.asset.texture_material").forget_texture(ball.data)
    assert (materials(ball), list(ball.data.keys())) == ([], [])
