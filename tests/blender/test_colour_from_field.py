# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes get their colours from a field, by the real worker: an untouched one its own again, others from a lender."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]

MakeLiving = Callable[..., Any]
TOLERANCE = 2 / 255


@pytest.fixture(autouse=True)
def one_undo_step(bpy: Any) -> None:
    bpy.ops.ed.undo_push(message="before")


def colours(mesh: Any) -> Any:
    layer = mesh.color_attributes["Color"]
    flat = np.empty(4 * len(layer.data), np.float32)
    layer.data.foreach_get("color_srgb", flat)
    return flat.reshape(-1, 4)[:, :3]


def in_grey(mesh: Any) -> None:
    mesh.color_attributes["Color"].data.foreach_set("color", [0.5] * (4 * len(mesh.vertices)))


def select(bpy: Any, active: Any, *others: Any) -> None:
    for thing in bpy.data.objects:
        thing.select_set(thing in (active, *others))
    bpy.context.view_layer.objects.active = active


def add(bpy: Any, name: str, mesh: Any) -> Any:
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


SHAPED = {"symmetry": True, "density_blur": 0.7, "smoothing": 10, "flat_base": 0.05, "smallest_part": 0.05}


@pytest.mark.parametrize(
    ("name", "settings"),
    [("chair", {}), ("nerf_chair", {"threshold": 0.5}), ("nerf_chair", SHAPED), ("torus", {"resolution": 130})],
)
def test_an_untouched_mesh_gets_its_own_colours_again(
    bpy: Any, living_of: MakeLiving, name: str, settings: dict[str, Any]
) -> None:
    thing = living_of(name, **settings)
    before = colours(thing.data)
    in_grey(thing.data)
    assert np.abs(colours(thing.data) - before).max() > 0.1
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    assert np.abs(colours(thing.data) - before).max() <= TOLERANCE


def test_they_are_found_where_an_applied_transform_has_put_the_mesh(bpy: Any, living_of: MakeLiving) -> None:
    thing = living_of("chair")
    before = colours(thing.data)
    thing.scale, thing.rotation_euler, thing.location = (2.0, 0.5, 1.0), (0.1, 0.0, 0.7), (4.0, 5.0, 6.0)
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    in_grey(thing.data)
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    assert np.abs(colours(thing.data) - before).max() <= TOLERANCE


def test_a_new_mesh_has_the_colours_of_what_it_stands_in(bpy: Any, living_of: MakeLiving) -> None:
    chair = living_of("chair")
    chair.scale, chair.location = (3.0, 3.0, 3.0), (1.0, 2.0, 3.0)
    bpy.context.view_layer.update()
    retopologised = add(bpy, "low", bpy.data.meshes.new("low"))
    corners = [tuple(chair.matrix_world @ vertex.co) for vertex in chair.data.vertices]
    faces = [tuple(polygon.vertices) for polygon in chair.data.polygons]
    retopologised.data.from_pydata(corners, [], faces)
    select(bpy, chair, retopologised)
    in_grey(chair.data)
    grey, expected = colours(chair.data), None
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    np.testing.assert_array_equal(colours(chair.data), grey)
    select(bpy, chair)
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    expected = colours(chair.data)
    assert np.abs(colours(retopologised.data) - expected).max() <= TOLERANCE
    assert retopologised.data.color_attributes.active_color_name == "Color"
    nodes = retopologised.data.materials[0].node_tree.nodes
    assert "Color" in [node.layer_name for node in nodes if node.type == "VERTEX_COLOR"]


def test_the_new_mesh_may_be_the_active_one(bpy: Any, living_of: MakeLiving) -> None:
    chair = living_of("chair")
    low = add(bpy, "low", chair.data.copy())
    for name in list(low.data.keys()):
        del low.data[name]
    in_grey(chair.data)
    in_grey(low.data)
    grey = colours(chair.data)
    select(bpy, low, chair)
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    np.testing.assert_array_equal(colours(chair.data), grey)
    assert np.abs(colours(low.data) - grey).max() > TOLERANCE


def test_a_chosen_lender_needs_no_selection_and_corners_are_coloured_too(bpy: Any, living_of: MakeLiving) -> None:
    chair = living_of("chair")
    bpy.ops.mesh.primitive_cube_add(size=1.0)
    cube = bpy.context.object
    cube.data.materials.append(bpy.data.materials.new("its own"))
    select(bpy, cube)
    assert not bpy.ops.triposr.colour_from_field.poll()
    with pytest.raises(RuntimeError, match="No field to take colours from"):
        bpy.ops.triposr.colour_from_field()
    bpy.context.scene.triposr_colours.lender = chair
    bpy.context.scene.triposr_colours.domain = "CORNER"
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    layer = cube.data.color_attributes["Color"]
    assert (layer.domain, layer.data_type, len(layer.data)) == ("CORNER", "BYTE_COLOR", 24)
    assert [material.name for material in cube.data.materials] == ["its own"]
    per_corner = colours(cube.data)
    bpy.context.scene.triposr_colours.domain = "POINT"
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    vertices = [loop.vertex_index for loop in cube.data.loops]
    np.testing.assert_array_equal(colours(cube.data)[vertices], per_corner)


def test_a_decimated_copy_keeps_its_own_field(bpy: Any, living_of: MakeLiving) -> None:
    chair = living_of("chair")
    chair.modifiers["Decimate"].ratio = 0.2
    bpy.ops.object.modifier_apply(modifier="Decimate")
    assert bpy.ops.triposr.colour_from_field() == {"FINISHED"}
    assert len(colours(chair.data)) == len(chair.data.vertices)
    assert np.ptp(colours(chair.data), axis=0).max() > 0.1


def test_several_are_one_undo_step(bpy: Any, living_of: MakeLiving) -> None:
    things = [living_of(name) for name in ("chair", "torus")]
    before = [colours(thing.data) for thing in things]
    for thing in things:
        in_grey(thing.data)
    select(bpy, *things)
    bpy.ops.ed.undo_push(message="grey")
    assert bpy.ops.triposr.colour_from_field("EXEC_DEFAULT", True) == {"FINISHED"}
    for name, expected in zip(("chair", "torus"), before, strict=True):
        assert np.abs(colours(bpy.data.objects[name].data) - expected).max() <= TOLERANCE
    bpy.ops.ed.undo()
    assert {float(np.ptp(colours(bpy.data.objects[name].data))) for name in ("chair", "torus")} == {0.0}


def test_a_flattened_lender_is_named(bpy: Any, living_of: MakeLiving) -> None:
    chair = living_of("chair")
    cube = add(bpy, "cube", chair.data.copy())
    del cube.data["triposr_living"]
    chair.scale = (0.0, 1.0, 1.0)
    select(bpy, chair, cube)
    with pytest.raises(RuntimeError, match="chair was flattened"):
        bpy.ops.triposr.colour_from_field()


def test_a_broken_field_changes_no_colour(bpy: Any, living_of: MakeLiving, session: Any, room: Any) -> None:
    chair = living_of("chair")
    carrier, before = room("blender.field_carrier"), colours(chair.data)
    carrier.keep_inside(chair.data, "chair", b"no field")
    with pytest.raises(RuntimeError, match="is not a field file that can be used"):
        bpy.ops.triposr.colour_from_field()
    np.testing.assert_array_equal(colours(chair.data), before)
    assert session.shaping.orders == {}


def test_neither_a_refused_nor_a_cancelled_order_leaves_files(
    bpy: Any, living_of: MakeLiving, session: Any, room: Any
) -> None:
    import pathlib

    chair, torus = living_of("chair"), living_of("torus")
    cube = add(bpy, "cube", chair.data.copy())
    del cube.data["triposr_living"]
    chair.scale = (0.0, 1.0, 1.0)
    select(bpy, chair, torus, cube)
    with pytest.raises(RuntimeError, match="chair was flattened"):
        bpy.ops.triposr.colour_from_field()
    assert list(pathlib.Path(bpy.app.tempdir).glob("triposr_points_*")) == []
    select(bpy, torus)
    order = room("blender.colour_from_field").order_colours(session, bpy.context)
    room("blender.living_follow").cancel(session, order)
    assert list(pathlib.Path(bpy.app.tempdir).glob("triposr_points_*")) == []


def test_nothing_is_left_to_clean_up(bpy: Any, living_of: MakeLiving, session: Any) -> None:
    import pathlib

    living_of("chair")
    bpy.ops.triposr.colour_from_field()
    assert list(pathlib.Path(bpy.app.tempdir).glob("triposr_points_*")) == []
    assert session.fitting_generator().fields.views() == ()
