# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh is worth, on shapes of which it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy
Shape = Callable[..., Any]


@pytest.fixture
def look(room: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda surface: room("blender.asset.verdict").verdict_of(surface)


def moved(surface: Any, scale: float, by: tuple[float, float, float]) -> Any:
    return surface.moved_to(surface.vertices * scale + np.array(by))


def test_balls_have_no_handle_and_rings_have_one(shape: Shape, together: Shape, look: Shape) -> None:
    ball, ring = shape("ico_sphere", subdivisions=3), shape("torus", major_segments=24, minor_segments=8)
    for surface, parts, genus in (
        (ball, 1, 0),
        (ring, 1, 1),
        (together(ball, moved(ring, 1.0, (4, 0, 0)), moved(ring, 1.0, (8, 0, 0))), 3, 2),
    ):
        verdict = look(surface)
        assert (verdict.topology.parts, verdict.topology.genus, verdict.good) == (parts, genus, True)
        assert (verdict.topology.open_edges, verdict.triangles) == (0, len(surface.triangles))
    assert look(ring).size == pytest.approx((2.5, 2.5, 0.5), abs=1e-6)


def test_openings_do_not_count_as_handles(shape: Shape, look: Shape) -> None:
    tube = look(shape("cylinder", vertices=12, end_fill_type="NOTHING")).topology
    assert (tube.closed, tube.open_edges, tube.openings, tube.genus) == (False, 24, 2, 0)
    sheet = look(shape("grid", x_subdivisions=4, y_subdivisions=4)).topology
    assert (sheet.closed, sheet.open_edges, sheet.openings, sheet.genus) == (False, 16, 1, 0)


def test_two_balls_that_touch_in_a_point_are_two(room: Shape, shape: Shape, together: Shape, look: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=2)
    top = ball.vertices[ball.vertices[:, 2].argmax()]
    both = together(ball, moved(ball, -1.0, tuple(2.0 * top)))
    both = room("blender.asset.surface").Surface(both.vertices, both.triangles[:, [0, 1, 2]])
    touching = room("blender.asset.welding").welded(both, 1e-6)
    assert len(touching.vertices) == 2 * len(ball.vertices) - 1
    topology = look(touching).topology
    assert (topology.parts, topology.genus, topology.closed) == (2, 0, True)


def test_a_fin_and_a_turned_triangle_are_tangled(room: Shape, shape: Shape, look: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=2)
    a, b, _ = ball.triangles[0]
    fin = ball.with_more(np.array([[0.0, 0.0, 3.0]]), np.array([[a, b, len(ball.vertices)]], np.int32), None)
    verdict = look(fin).topology
    assert (verdict.closed, verdict.tangled_edges, verdict.genus) == (False, 1, None)
    turned = ball.triangles.copy()
    turned[0] = turned[0, ::-1]
    assert look(room("blender.asset.surface").Surface(ball.vertices, turned)).topology.tangled_edges == 3


def test_triangles_that_run_through_each_other_are_found(shape: Shape, together: Shape, look: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=3)
    assert look(together(ball, moved(ball, 1.0, (1.0, 0.1, 0.0)))).crossing > 50
    assert look(together(ball, moved(ball, 1.0, (2.1, 0.0, 0.0)))).crossing == 0


def test_nothing_at_all_is_not_closed(room: Shape, look: Shape) -> None:
    nothing = room("blender.asset.surface").Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32))
    assert not look(nothing).good


def test_the_button_tells_and_the_panel_forgets_when_the_mesh_changes(
    bpy: Any, room: Shape, session: Any, shape: Shape, show: Shape
) -> None:
    thing = show("ring", shape("torus", major_segments=24, minor_segments=8))
    thing.scale = (2.0, 2.0, 2.0)
    bpy.context.view_layer.update()
    assert bpy.ops.triposr.check_geometry() == {"FINISHED"}
    good, words = room("blender.asset.geometry").remembered(session, thing.data)
    assert good
    assert "genus 1" in words
    assert "5 x 5 x 1 m" in words
    thing.data.vertices.add(1)
    assert room("blender.asset.geometry").remembered(session, thing.data) is None
