# SPDX-License-Identifier: GPL-3.0-or-later
"""Known defects are mended, and what is whole stays as it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy
Shape = Callable[..., Any]
OFF = {"weld": 0.0, "smallest_part": 0.0, "least_seen": 0.0, "largest_hole": 0}


@pytest.fixture
def clean(room: Shape) -> Callable[..., Any]:
    """Clean with these settings alone."""
    cleaning, run = room("blender.asset.cleaning"), room("blender.asset.stage").run
    return lambda surface, **wished: run(cleaning.clean(surface, cleaning.Cleaning(**{**OFF, **wished})))


@pytest.fixture
def volume(room: Shape) -> Callable[[Any], float]:
    volumes = room("blender.asset.topology").volumes_of
    return lambda surface: float(
        volumes(surface.vertices, surface.triangles, np.zeros(len(surface.triangles), np.int32))[0]
    )


def moved(surface: Any, scale: float, by: tuple[float, float, float]) -> Any:
    return surface.moved_to(surface.vertices * scale + np.array(by))


def test_loose_triangles_are_welded_into_a_ball(room: Shape, shape: Shape, clean: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=3)
    corners = ball.triangles.ravel()
    noise = np.random.default_rng(1).uniform(-2e-5, 2e-5, (len(corners), 3))
    soup = room("blender.asset.surface").Surface(
        ball.vertices[corners] + noise, np.arange(len(corners), dtype=np.int32).reshape(-1, 3), ball.colours[corners]
    )
    cleaned = clean(soup, weld=1e-4)
    assert len(cleaned.surface.vertices) == len(ball.vertices)
    assert cleaned.welded == len(corners) - len(ball.vertices)
    assert cleaned.verdict.good
    assert cleaned.surface.colours.shape == (len(ball.vertices), 3)


def test_specks_go_and_long_thin_parts_stay(shape: Shape, together: Shape, clean: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=3)
    stick = ball.moved_to(ball.vertices * [0.02, 0.02, 1.0] + [3.0, 0.0, 0.0])
    cleaned = clean(together(ball, moved(ball, 0.1, (2, 0, 0)), stick), smallest_part=0.01)
    assert (cleaned.specks, cleaned.verdict.topology.parts) == (1, 2)
    assert clean(together(ball, stick), smallest_part=1.0).verdict.topology.parts == 1


def test_what_is_enclosed_goes_and_what_is_seen_through_an_opening_stays(
    room: Shape, shape: Shape, together: Shape, clean: Shape
) -> None:
    ball = shape("ico_sphere", subdivisions=4)
    inner = moved(ball, 0.5, (0.1, 0.0, 0.0))
    inside_out = room("blender.asset.surface").Surface(ball.vertices * 0.8, ball.triangles[:, ::-1], ball.colours)
    cleaned = clean(together(ball, inner, inside_out), least_seen=0.01)
    assert (cleaned.hidden, cleaned.verdict.topology.parts) == (2, 1)
    bowl = ball.with_triangles(ball.triangles[ball.vertices[ball.triangles][:, :, 2].max(axis=1) < 0.5])
    assert clean(together(bowl, inner), least_seen=0.01).hidden == 0


@pytest.mark.parametrize("most", [10, 500])
def test_holes_up_to_a_size_are_filled(shape: Shape, clean: Shape, most: int) -> None:
    ball = shape("ico_sphere", subdivisions=4)
    middles = ball.vertices[ball.triangles].mean(axis=1)
    small, large = (middles @ np.array(way) > limit for way, limit in (((0, 0, 1), 0.995), ((0, 0.6, -0.8), 0.8)))
    cleaned = clean(ball.with_triangles(ball.triangles[~small & ~large]), largest_hole=most)
    assert (cleaned.filled, cleaned.verdict.topology.openings) == ((1, 1) if most == 10 else (2, 0))
    assert cleaned.verdict.topology.closed == (most == 500)


def test_ragged_holes_are_filled_too(shape: Shape, clean: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=4)
    kept = np.random.default_rng(3).random(len(ball.triangles)) > 0.1
    cleaned = clean(ball.with_triangles(ball.triangles[kept]), largest_hole=500)
    assert cleaned.verdict.topology.closed
    assert cleaned.verdict.topology.genus == 0


def test_smoothing_takes_the_noise_and_leaves_the_volume(shape: Shape, clean: Shape, volume: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=4)
    noise = np.random.default_rng(5).normal(0.0, 0.01, (len(ball.vertices), 1))
    rough = ball.moved_to(ball.vertices * (1.0 + noise))
    smooth = clean(rough, smoothing=20).surface
    assert np.linalg.norm(smooth.vertices, axis=1).std() < 0.4 * np.linalg.norm(rough.vertices, axis=1).std()
    assert volume(smooth) == pytest.approx(volume(rough), rel=1e-3)


@pytest.mark.parametrize(("side", "sign"), [("POSITIVE", 1.0), ("NEGATIVE", -1.0)])
def test_one_half_becomes_the_mirror_image_of_the_other(shape: Shape, clean: Shape, side: str, sign: float) -> None:
    ball = shape("ico_sphere", subdivisions=3)
    bumpy = ball.moved_to(ball.vertices * (1.0 + 0.1 * np.sin(5.0 * ball.vertices[:, [1]])) + [0.3, 0.0, 0.0])
    cleaned = clean(bumpy, symmetrise=side)
    places = cleaned.surface.vertices - [0.3, 0.0, 0.0]
    mirrored = places * [-1.0, 1.0, 1.0]
    nearest = np.abs(places[:, None] - mirrored[None]).max(axis=2).min(axis=1)
    assert nearest.max() < 1e-9
    assert cleaned.verdict.topology.closed
    kept = bumpy.vertices[sign * (bumpy.vertices[:, 0] - 0.3) > 0.01]
    assert np.abs(kept[:, None] - cleaned.surface.vertices[None]).max(axis=2).min(axis=1).max() < 1e-9


def test_the_base_is_flat_and_closed_with_the_hole_of_a_ring_open(shape: Shape, clean: Shape) -> None:
    ring = shape("torus", major_segments=24, minor_segments=8)
    cleaned = clean(ring, flat_base=0.3)
    low = cleaned.surface.vertices[:, 2].min()
    assert low == pytest.approx(-0.25 + 0.3 * 0.5)
    assert (cleaned.verdict.topology.genus, cleaned.verdict.good) == (1, True)
    assert (cleaned.surface.vertices[:, 2] == low).sum() == 96


def test_a_hollow_ball_has_the_wall_that_was_asked_for(shape: Shape, clean: Shape, volume: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=4)
    cleaned = clean(ball, wall=0.2)
    assert (cleaned.verdict.topology.parts, cleaned.verdict.good) == (2, True)
    assert volume(cleaned.surface) == pytest.approx(4.0 / 3.0 * np.pi * (1.0 - 0.8**3), rel=0.02)
    inner = np.linalg.norm(cleaned.surface.vertices[len(ball.vertices) :], axis=1)
    assert np.abs(inner - 0.8).max() < 0.02


def test_what_can_not_be_hollowed_says_why(room: Shape, shape: Shape, clean: Shape) -> None:
    failures = room("blender.asset.failures")
    with pytest.raises(failures.WallTooThin, match="too thin"):
        clean(shape("ico_sphere", subdivisions=3), wall=0.001)
    with pytest.raises(failures.MeshNotClosed):
        clean(shape("cylinder", end_fill_type="NOTHING"), wall=0.2)
    with pytest.raises(failures.NothingLeft):
        clean(shape("ico_sphere", subdivisions=3), weld=10.0)


def test_the_button_cleans_in_place_as_one_undo_step(bpy: Any, shape: Shape, together: Shape, show: Shape) -> None:
    ball = shape("ico_sphere", subdivisions=3)
    thing = show("ball", together(ball, moved(ball, 0.05, (2, 0, 0))))
    thing.data.materials.append(bpy.data.materials.new("its own"))
    thing.scale = (0.5, 0.5, 0.5)
    bpy.ops.ed.undo_push(message="before")
    before = len(thing.data.polygons)
    assert bpy.ops.triposr.clean_geometry("EXEC_DEFAULT", True) == {"FINISHED"}
    assert len(thing.data.polygons) == len(ball.triangles)
    assert [material.name for material in thing.data.materials] == ["its own"]
    assert thing.dimensions[2] == pytest.approx(1.0, rel=0.01)
    assert thing.data.color_attributes.active_color_name == "Color"
    bpy.ops.ed.undo()
    assert len(bpy.data.objects["ball"].data.polygons) == before


def test_a_mesh_without_colours_gets_none(bpy: Any, shape: Shape, show: Shape) -> None:
    thing = show("ball", dataclasses.replace(shape("ico_sphere", subdivisions=2), colours=None))
    assert bpy.ops.triposr.clean_geometry() == {"FINISHED"}
    assert len(thing.data.color_attributes) == 0


def test_shape_keys_are_refused(bpy: Any, shape: Shape, show: Shape) -> None:
    show("ball", shape("ico_sphere", subdivisions=2)).shape_key_add(name="Basis")
    assert not bpy.ops.triposr.clean_geometry.poll()
