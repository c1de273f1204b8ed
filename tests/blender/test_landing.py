# SPDX-License-Identifier: GPL-3.0-or-later
"""From a pixel of a 3D View to a place in the scene."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

SIZE = (800, 600)
MIDDLE = (400, 300)


@pytest.fixture
def landing(room: Callable[[str], Any]) -> Any:
    return room("blender.landing")


def perspective(eye: tuple[float, float, float], pitch_degrees: float) -> Any:
    """A view of 90 degrees across, from `eye`, towards +Y and that much down, clipped at 0.1 and 100."""
    from mathutils import Matrix

    near, far = 0.1, 100.0
    aspect = SIZE[0] / SIZE[1]
    lens = Matrix(
        (
            (1.0, 0.0, 0.0, 0.0),
            (0.0, aspect, 0.0, 0.0),
            (0.0, 0.0, -(far + near) / (far - near), -2 * far * near / (far - near)),
            (0.0, 0.0, -1.0, 0.0),
        )
    )
    turned = Matrix.Rotation(math.radians(90.0 - pitch_degrees), 4, "X")
    return lens @ (Matrix.Translation(eye) @ turned).inverted()


def land(bpy: Any, landing: Any, view: Any, pixel: tuple[int, int]) -> tuple[float, float, float]:
    context = SimpleNamespace(
        space_data=SimpleNamespace(region_3d=SimpleNamespace(perspective_matrix=view)),
        scene=bpy.context.scene,
        evaluated_depsgraph_get=bpy.context.evaluated_depsgraph_get,
    )
    place: tuple[float, float, float] = landing.landing_place(
        context, SimpleNamespace(width=SIZE[0], height=SIZE[1], data=None), pixel
    )
    return place


def test_the_middle_of_the_view_looks_straight_ahead(landing: Any) -> None:
    ray = landing.ray_through(perspective((0.0, -5.0, 2.0), 0.0), SIZE, MIDDLE)
    assert tuple(ray.direction) == pytest.approx((0.0, 1.0, 0.0), abs=0.01)
    assert tuple(ray.origin) == pytest.approx((0.0, -4.9, 2.0), abs=0.01)
    assert ray.length == pytest.approx(99.9, rel=0.01)


def test_on_the_floor(bpy: Any, landing: Any) -> None:
    view = perspective((0.0, -5.0, 5.0), 45.0)
    assert land(bpy, landing, view, MIDDLE) == pytest.approx((0.0, 0.0, 0.0), abs=0.03)
    left = land(bpy, landing, view, (100, 300))
    assert left[0] < -4.0
    assert left[2] == pytest.approx(0.0, abs=1e-4)
    assert land(bpy, landing, view, (400, 100))[1] < -1.0, "lower on the screen is nearer"


def test_on_what_stands_there(bpy: Any, landing: Any) -> None:
    bpy.ops.mesh.primitive_cube_add(size=2.0, location=(0.0, 0.0, 0.0))
    place = land(bpy, landing, perspective((0.0, -6.0, 6.0), 40.0), MIDDLE)
    assert place[2] == pytest.approx(1.0, abs=1e-4)
    assert -1.0 < place[1] < 1.0


def test_who_looks_along_the_floor_or_up_gets_the_depth_of_the_cursor(bpy: Any, landing: Any) -> None:
    bpy.context.scene.cursor.location = (3.0, 4.0, 0.0)
    ahead = land(bpy, landing, perspective((0.0, -5.0, 2.0), 0.0), MIDDLE)
    assert ahead == pytest.approx((0.0, 4.0, 2.0), abs=0.03)
    up = land(bpy, landing, perspective((0.0, -5.0, 2.0), -30.0), MIDDLE)
    assert up[2] > 2.0
