# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of detail have the triangles and names that were asked for, and tell how far they are from LOD0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy
Shape = Callable[..., Any]


@pytest.fixture
def ball(shape: Shape, show: Shape) -> Any:
    return show("ball", shape("ico_sphere", subdivisions=4))


@pytest.fixture
def levels(bpy: Any) -> Any:
    return bpy.context.scene.triposr_asset.levels


def triangles(thing: Any) -> int:
    return len(thing.data.loops) - 2 * len(thing.data.polygons)


def test_levels_are_named_and_hidden_and_found_again(bpy: Any, room: Shape, ball: Any, levels: Any) -> None:
    ball.location = (1.0, 2.0, 3.0)
    levels.share_1, levels.share_2, levels.share_3 = 0.5, 0.25, 0.1
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    collections = room("blender.asset.asset_collection")
    asset = collections.collection_of(ball)
    made = collections.levels_in(asset)
    assert [level.name for level in made] == ["ball_LOD0", "ball_LOD1", "ball_LOD2", "ball_LOD3"]
    assert [triangles(level) for level in made] == pytest.approx([1280, 640, 320, 128], abs=2)
    assert [level.visible_get() for level in [*made, ball]] == [True, False, False, False, False]
    assert {tuple(level.matrix_world.translation) for level in made} == {(1.0, 2.0, 3.0)}
    assert bpy.context.object == made[0]
    errors = [level["triposr_level_error"][0] for level in made]
    assert errors[0] == 0.0
    assert errors == sorted(errors)
    assert 0.0 < errors[1] < 2.0


def test_made_again_they_replace_those_before(bpy: Any, ball: Any, levels: Any) -> None:
    ball.modifiers.new("Subdivision", "SUBSURF")  # one of a hidden object counts as well
    levels.count = 1
    bpy.ops.triposr.make_levels()
    assert triangles(bpy.data.objects["ball_LOD0"]) == 6 * 1280
    levels.by, levels.count, levels.count_1, levels.count_2 = "COUNT", 2, 700, 90
    bpy.context.view_layer.objects.active = ball
    bpy.ops.triposr.make_levels()
    assert sorted(thing.name for thing in bpy.data.objects) == ["ball", "ball_LOD0", "ball_LOD1", "ball_LOD2"]
    assert [triangles(bpy.data.objects[f"ball_LOD{number}"]) for number in (0, 1, 2)] == [7680, 700, 90]
    assert len(bpy.data.meshes) == 4
    assert len(bpy.data.collections) == 1


def test_a_changed_lod0_stays_and_gets_new_levels(bpy: Any, ball: Any, levels: Any) -> None:
    levels.count = 1
    bpy.ops.triposr.make_levels()
    finest = bpy.data.objects["ball_LOD0"]
    assert bpy.context.object == finest
    finest.data.uv_layers.new(name="unwrapped")
    finest.modifiers.new("Decimate", "DECIMATE").ratio = 0.5
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    assert bpy.data.objects["ball_LOD0"] == finest
    assert [triangles(bpy.data.objects[name]) for name in ("ball_LOD0", "ball_LOD1")] == [640, 320]
    assert [len(bpy.data.objects[name].data.uv_layers) for name in ("ball_LOD0", "ball_LOD1")] == [1, 1]
    assert len(finest.modifiers) == 0


def test_they_are_one_undo_step_and_a_cancel_leaves_nothing(bpy: Any, room: Shape, session: Any, ball: Any) -> None:
    before = sorted(mesh.name for mesh in bpy.data.meshes)
    levels = room("blender.asset.levels")
    stage = levels.make_levels(session, bpy.context, ball, levels.Levels())
    for _ in range(3):
        next(stage)
    stage.close()
    assert sorted(mesh.name for mesh in bpy.data.meshes) == before
    assert [thing.name for thing in bpy.data.objects] == ["ball"]
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.triposr.make_levels("EXEC_DEFAULT", True) == {"FINISHED"}
    bpy.ops.ed.undo()
    assert [thing.name for thing in bpy.data.objects] == ["ball"]
    assert bpy.data.objects["ball"].visible_get()


def test_the_deviation_is_hausdorffs(room: Shape, shape: Shape) -> None:
    deviation, ball = room("blender.asset.deviation").deviation, shape("ico_sphere", subdivisions=4)
    larger = ball.moved_to(ball.vertices * 1.1)
    off = deviation(ball, larger)
    assert off.largest == pytest.approx(100.0 * 0.1 / 2.0, rel=0.03)
    assert off.mean == pytest.approx(off.largest, rel=0.05)
    with_a_spike = ball.moved_to(ball.vertices.copy())
    top = with_a_spike.vertices[:, 2].argmax()
    with_a_spike.vertices[top] *= 2.0
    assert deviation(ball, with_a_spike).largest == pytest.approx(50.0, rel=0.01)
    assert deviation(with_a_spike, ball).largest == pytest.approx(100.0 / 3.0, rel=0.01)
    assert deviation(ball, ball).largest == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parity
def test_each_level_is_coloured_by_the_field(bpy: Any, room: Shape, living_of: Shape, levels: Any) -> None:
    chair = living_of("chair", resolution=48)
    levels.count = 2
    assert bpy.ops.triposr.make_levels() == {"FINISHED"}
    colours = room("blender.asset.surface").colours_of
    for name in ("chair_LOD0", "chair_LOD2"):
        level = bpy.data.objects[name]
        bpy.context.view_layer.objects.active = level
        level.hide_set(False)
        level.select_set(True)
        taken = colours(level.data)
        assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
        assert np.abs(colours(level.data) - taken).max() <= 2 / 255
    assert room("blender.living_record").record_or_none(chair.data) is not None
