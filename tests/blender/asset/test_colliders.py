# SPDX-License-Identifier: GPL-3.0-or-later
"""Colliders are convex, few, tight, and called what the engine looks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy
Shape = Callable[..., Any]


@pytest.fixture
def hulls(room: Shape) -> Any:
    return room("blender.asset.convex_hull")


@pytest.fixture
def settings(bpy: Any) -> Any:
    return bpy.context.scene.triposr_asset


def is_convex(hulls: Any, surface: Any) -> bool:
    return bool(hulls._heights_above(surface, surface.vertices).max() <= 1e-5 * surface.size.max())


def test_a_hull_with_few_vertices_holds_as_much_as_the_whole_one(hulls: Any, shape: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=4)
    few = hulls.hull_with_few(ball.vertices, 32)
    assert len(few.vertices) == 32
    assert is_convex(hulls, few)
    assert hulls.volume_of(few) == pytest.approx(hulls.volume_of(ball), rel=1e-6)
    assert np.linalg.norm(few.vertices, axis=1).max() < 1.12


def test_the_box_around_a_turned_box_is_that_box(hulls: Any, shape: Shape) -> None:
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    box = hulls.box_around((shape("cube", size=2.0).vertices * [1.0, 0.5, 2.0]) @ turn.T)
    assert len(box.vertices) == 8
    assert hulls.volume_of(box) == pytest.approx(8.0, rel=1e-4)


def test_a_ring_is_a_few_parts_with_its_hole_open(room: Shape, hulls: Any, shape: Shape) -> None:
    ring = shape("torus", major_segments=32, minor_segments=10)
    run, convex_parts = room("blender.asset.stage").run, room("blender.asset.convex_parts").convex_parts
    parts = run(convex_parts(ring, 8))
    assert 3 < len(parts) <= 8
    held = sum(hulls.volume_of(hulls.hull_of(part.vertices)) for part in parts)
    assert held < 1.3 * hulls.volume_of(ring)
    assert all(np.linalg.norm(part.vertices[:, :2].mean(axis=0)) > 0.3 for part in parts)
    assert len(run(convex_parts(shape("cube"), 8))) == 1


def test_a_flat_thing_has_no_collider(bpy: Any, settings: Any) -> None:
    bpy.ops.mesh.primitive_grid_add()
    with pytest.raises(RuntimeError, match="is flat"):
        bpy.ops.triposr.make_colliders()


@pytest.mark.parametrize(
    ("engine", "kind", "expected"),
    [
        ("UNREAL", "HULL", ["UCX_ring_LOD0_00"]),
        ("UNREAL", "BOX", ["UBX_ring_LOD0_00"]),
        ("UNITY", "HULL", ["ring_Collider"]),
        ("GODOT", "BOX", ["ring-convcolonly"]),
        ("WEB", "NONE", []),
    ],
)
def test_they_are_called_what_the_engine_looks_for(
    bpy: Any, room: Shape, shape: Shape, show: Shape, settings: Any, engine: str, kind: str, expected: list[str]
) -> None:
    ring = show("ring", shape("torus", major_segments=24, minor_segments=8))
    settings.engine, settings.colliders.kind = engine, kind
    for _ in range(2):
        assert bpy.ops.triposr.make_colliders() == {"FINISHED"}
    asset = room("blender.asset.asset_collection").collection_of(ring)
    made = room("blender.asset.asset_collection").colliders_in(asset)
    assert [collider.name for collider in made] == expected
    assert all(collider.parent == ring and collider.hide_render for collider in made)
    assert all(collider.dimensions[2] == pytest.approx(0.5, rel=0.1) for collider in made)


def test_parts_hang_on_lod0_where_the_object_stands(
    bpy: Any, room: Shape, shape: Shape, show: Shape, settings: Any
) -> None:
    ring = show("ring", shape("torus", major_segments=24, minor_segments=8))
    ring.location, ring.scale = (1.0, 2.0, 3.0), (2.0, 2.0, 2.0)
    bpy.context.view_layer.update()
    settings.engine, settings.colliders.kind, settings.levels.count = "UNREAL", "PARTS", 0
    bpy.ops.triposr.make_levels()
    assert bpy.ops.triposr.make_colliders() == {"FINISHED"}
    bpy.context.view_layer.update()
    made = [thing for thing in bpy.data.objects if thing.name.startswith("UCX_ring_LOD0_")]
    assert len(made) > 3
    assert {collider.parent.name for collider in made} == {"ring_LOD0"}
    assert all(len(collider.data.vertices) <= 32 for collider in made)
    corners = np.array([collider.matrix_world @ vertex.co for collider in made for vertex in collider.data.vertices])
    assert (corners.max(axis=0) + corners.min(axis=0)) / 2.0 == pytest.approx([1.0, 2.0, 3.0], abs=0.1)
    assert np.ptp(corners, axis=0) == pytest.approx([5.0, 5.0, 1.0], rel=0.1)
