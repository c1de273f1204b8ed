# SPDX-License-Identifier: GPL-3.0-or-later
"""A new object stands where an artist expects it, and takes nobody out of what they are doing."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def placement(room: Callable[[str], Any]) -> Any:
    return room("blender.placement")


@pytest.fixture
def new(room: Callable[[str], Any], cube: Any) -> Any:
    return room("blender.mesh_object").object_from_arrays("box", cube, 0.5)


def add(bpy: Any, placement: Any, new: Any) -> bool:
    selected = placement.add_to_scene(new, bpy.context.scene, bpy.context.view_layer)
    assert isinstance(selected, bool)
    return selected


def another_object(bpy: Any) -> Any:
    other = bpy.data.objects.new("other", bpy.data.meshes.new("other"))
    bpy.context.scene.collection.objects.link(other)
    bpy.context.view_layer.objects.active = other
    other.select_set(True)
    return other


def test_the_bottom_centre_is_the_origin_and_the_height_is_in_the_mesh(placement: Any, cube: Any) -> None:
    footing = placement.footing_of(cube, 3.0)
    standing = placement.stand_on_origin(cube, footing)
    # The box is 1 x 2 x 2: three high, it is 1.5 x 3 on the floor.
    np.testing.assert_allclose(standing.vertices.min(axis=0), [-0.75, -1.5, 0.0], atol=1e-6)
    np.testing.assert_allclose(standing.vertices.max(axis=0), [0.75, 1.5, 3.0], atol=1e-6)
    assert standing.vertices.dtype == np.float32
    np.testing.assert_array_equal(standing.triangles, cube.triangles)
    ones = np.ones((len(cube.vertices), 1))
    through_the_matrix = np.hstack([cube.vertices, ones]) @ footing.matrix.T
    np.testing.assert_allclose(through_the_matrix[:, :3], standing.vertices, atol=1e-6)


@pytest.mark.parametrize("size_by", ["height", "longest"])
@pytest.mark.parametrize("origin_at", ["bottom", "centre", "field"])
def test_it_stands_on_its_foot_wherever_its_origin_is(placement: Any, cube: Any, size_by: str, origin_at: str) -> None:
    tall = dataclasses.replace(cube, vertices=cube.vertices * np.array([1.0, 2.0, 1.0], np.float32))
    footing = placement.footing_of(tall, 3.0, size_by, origin_at)
    made = placement.stand_on_origin(tall, footing).vertices
    np.testing.assert_allclose(tall.vertices @ footing.matrix[:3, :3].T + footing.matrix[:3, 3], made, atol=1e-5)
    low, high = made.min(axis=0), made.max(axis=0)
    assert (high - low)[2 if size_by == "height" else 1] == pytest.approx(3.0, abs=1e-5)
    expected = {"bottom": [0.0, 0.0, low[2]], "centre": (low + high) / 2.0, "field": [0.0, 0.0, 0.0]}[origin_at]
    if origin_at == "field":
        assert np.linalg.det(footing.matrix[:3, :3]) ** (1 / 3) * 0.25 == pytest.approx((low + high)[0] / 2.0)
    else:
        np.testing.assert_allclose(expected, [0.0, 0.0, 0.0], atol=1e-5)
    in_scene = made + np.array(footing.origin_for((5.0, 6.0, 7.0)))
    low, high = in_scene.min(axis=0), in_scene.max(axis=0)
    np.testing.assert_allclose([*(low + high)[:2] / 2.0, low[2]], [5.0, 6.0, 7.0], atol=1e-5)


def test_it_is_unscaled_unturned_selected_alone(bpy: Any, placement: Any, new: Any) -> None:
    other = another_object(bpy)
    assert add(bpy, placement, new)
    assert tuple(new.scale) == (1.0, 1.0, 1.0)
    assert tuple(new.rotation_euler) == (0.0, 0.0, 0.0)
    assert bpy.context.view_layer.objects.active == new
    assert bpy.context.selected_objects == [new]
    assert not other.select_get()


def test_it_goes_into_the_active_collection(bpy: Any, placement: Any, new: Any) -> None:
    props = bpy.data.collections.new("Props")
    bpy.context.scene.collection.children.link(props)
    bpy.context.view_layer.active_layer_collection = bpy.context.view_layer.layer_collection.children["Props"]
    add(bpy, placement, new)
    assert new.users_collection == (props,)


@pytest.mark.parametrize("hide", ["exclude", "hide_viewport"])
def test_it_does_not_vanish_into_a_hidden_collection(bpy: Any, placement: Any, new: Any, hide: str) -> None:
    props = bpy.data.collections.new("Props")
    bpy.context.scene.collection.children.link(props)
    layer = bpy.context.view_layer.layer_collection.children["Props"]
    bpy.context.view_layer.active_layer_collection = layer
    setattr(layer, hide, True)
    bpy.context.view_layer.update()
    assert add(bpy, placement, new)
    assert new.users_collection == (bpy.context.scene.collection,)


def test_it_leaves_someone_who_edits_another_object_in_peace(bpy: Any, placement: Any, new: Any) -> None:
    other = another_object(bpy)
    bpy.ops.object.mode_set(mode="EDIT")
    assert not add(bpy, placement, new)
    assert other.mode == "EDIT"
    assert bpy.context.view_layer.objects.active == other
    assert new.users_collection == (bpy.context.scene.collection,)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_in_a_row_objects_stand_side_by_side_whatever_their_width(placement: Any) -> None:
    row = placement.Row((1.0, 2.0, 3.0))
    widths = (2.0, 1.0, 4.0)
    places = [row.place_for(width) for width in widths]
    assert places == [(1.0, 2.0, 3.0), (2.75, 2.0, 3.0), (6.25, 2.0, 3.0)]
    edges = [(x - width / 2, x + width / 2) for (x, _, _), width in zip(places, widths, strict=True)]
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(edges))
