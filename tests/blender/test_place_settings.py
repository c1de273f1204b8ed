# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object stands, how large it is and where its origin is: as the Object panel said when it was ordered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Picture = Callable[[str], Path]


@pytest.fixture
def made(bpy: Any, picture: Picture) -> Callable[..., Any]:
    """Set the scene's settings, make the object, and give it."""

    def make(**settings: Any) -> Any:
        picture("good.png")
        for name, value in settings.items():
            setattr(bpy.context.scene.triposr, name, value)
        assert bpy.ops.triposr.generate() == {"FINISHED"}
        return bpy.context.object

    return make


def box_of(thing: Any) -> tuple[list[float], list[float]]:
    """Lowest and highest corner in the scene."""
    places = np.array([thing.matrix_world @ vertex.co for vertex in thing.data.vertices])
    return places.min(axis=0).tolist(), places.max(axis=0).tolist()


def foot_of(thing: Any) -> list[float]:
    low, high = box_of(thing)
    return [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, low[2]]


@pytest.mark.parametrize("origin_at", ["bottom", "centre", "field"])
def test_it_stands_on_the_chosen_place(bpy: Any, made: Callable[..., Any], origin_at: str) -> None:
    bpy.context.scene.cursor.location = (1.0, -2.0, 3.0)
    assert foot_of(made(stand_at="cursor", origin_at=origin_at)) == pytest.approx([1.0, -2.0, 3.0], abs=1e-5)
    assert foot_of(made(stand_at="origin", origin_at=origin_at)) == pytest.approx([0.0, 0.0, 0.0], abs=1e-5)


def test_below_the_cursor_is_what_stands_there_else_the_floor(bpy: Any, made: Callable[..., Any]) -> None:
    bpy.context.scene.cursor.location = (1.0, -2.0, 3.0)
    assert foot_of(made(stand_at="below")) == pytest.approx([1.0, -2.0, 0.0], abs=1e-5)
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=(5.0, 5.0, 1.5))
    bpy.context.scene.cursor.location = (5.0, 5.0, 8.0)
    assert foot_of(made()) == pytest.approx([5.0, 5.0, 2.0], abs=1e-5)


def test_the_place_is_that_of_the_moment_of_the_order(bpy: Any, room: Any, session: Any, picture: Picture) -> None:
    picture("good.png")
    bpy.context.scene.cursor.location = (1.0, 0.0, 0.0)
    order = room("blender.order").order_from_context(bpy.context)
    bpy.context.scene.cursor.location = (9.0, 0.0, 0.0)
    assert order.placement.place == (1.0, 0.0, 0.0)


def test_the_size_is_in_metres_whatever_the_scenes_unit(bpy: Any, made: Callable[..., Any]) -> None:
    scene = bpy.context.scene
    scene.unit_settings.system, scene.unit_settings.scale_length = "METRIC", 0.01
    new = made(height=1.8, size_by="height")
    assert new.dimensions.z == pytest.approx(180.0, rel=1e-5)
    assert new["triposr_settings"]["height"] == pytest.approx(1.8)
    assert scene.triposr.shown_height == pytest.approx(180.0)
    scene.triposr.shown_height = 50.0
    assert scene.triposr.height == pytest.approx(0.5)
    scene.unit_settings.system = "NONE"
    assert scene.triposr.shown_height == pytest.approx(0.5)


def test_the_longest_side(made: Callable[..., Any]) -> None:
    # The fake's box is 1 x 2 x 2; nothing of it is longer than its height.
    assert max(made(height=0.6, size_by="longest").dimensions) == pytest.approx(0.6, rel=1e-5)


@pytest.mark.parametrize("origin_at", ["bottom", "centre", "field"])
def test_the_record_finds_the_fields_space_again(
    room: Any, cube: Any, made: Callable[..., Any], origin_at: str
) -> None:
    mesh = made(origin_at=origin_at, height=2.5).data
    record = room("blender.living_record")
    again = record.moved(cube.vertices.astype(np.float64), record.placement_now(mesh))
    np.testing.assert_allclose(again, [vertex.co[:] for vertex in mesh.vertices], atol=1e-5)


def test_a_script_places_it_without_a_mouse(bpy: Any, picture: Picture) -> None:
    picture("good.png")
    assert bpy.ops.triposr.place_with_mouse(location=(3.0, 2.0, 1.0)) == {"FINISHED"}
    assert foot_of(bpy.context.object) == pytest.approx([3.0, 2.0, 1.0], abs=1e-5)


def test_the_pointer_counts_over_the_scene_only(room: Any) -> None:
    holds = room("blender.place_with_mouse").holds
    region = SimpleNamespace(x=10, y=20, width=100, height=50)
    assert holds(region, (10, 20))
    assert holds(region, (109, 69))
    assert not holds(region, (110, 30))
    assert not holds(SimpleNamespace(x=10, y=20, width=1, height=50), (10, 30))
