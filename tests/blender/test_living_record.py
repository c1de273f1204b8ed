# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh knows where its field lies, even after the artist has applied a scale or moved its origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def record(room: Callable[[str], Any]) -> Any:
    return room("blender.living_record")


def corners(mesh: Any) -> Any:
    return np.array([vertex.co[:] for vertex in mesh.vertices], np.float64)


def assert_the_field_lies_under_the_mesh(record: Any, mesh: Any, cube: Any) -> None:
    placed = record.moved(cube.vertices.astype(np.float64), record.placement_now(mesh))
    np.testing.assert_allclose(placed, corners(mesh), atol=1e-5)


def test_what_is_written_is_read(living: Any, record: Any, room: Callable[[str], Any]) -> None:
    settings = room("protocol").SurfaceSettings(resolution=96, threshold=12.5)
    told = record.LivingRecord(np.diag([2.0, 2.0, 2.0, 1.0]), settings, True, "ab" * 32)
    record.write_record(living.data, told)
    read = record.record_or_none(living.data)
    np.testing.assert_array_equal(read.placement, told.placement)
    assert (read.settings, read.preview, read.field) == (settings, True, "ab" * 32)


def test_other_meshes_have_none(bpy: Any, living: Any, record: Any) -> None:
    assert record.record_or_none(bpy.data.meshes.new("plain")) is None
    living.data["triposr_living"] = {"placement": [1.0, 2.0]}
    assert record.record_or_none(living.data) is None
    living.data["triposr_living"] = "broken"
    assert record.record_or_none(living.data) is None


def test_settings_of_another_version_are_read_as_far_as_they_are_known(living: Any, record: Any) -> None:
    stored = living.data["triposr_living"]
    stored["settings"] = {"threshold": 12, "mood": "blue"}
    assert record.record_or_none(living.data).settings.threshold == 12.0
    assert record.record_or_none(living.data).settings.resolution == 256


def test_it_lies_under_a_new_mesh(living: Any, record: Any, cube: Any) -> None:
    assert_the_field_lies_under_the_mesh(record, living.data, cube)


def test_it_follows_an_applied_transform(bpy: Any, living: Any, record: Any, cube: Any) -> None:
    living.scale, living.rotation_euler, living.location = (3.0, 1.0, 0.5), (0.3, 0.2, 1.0), (5.0, -2.0, 1.0)
    bpy.ops.object.transform_apply(location=True, rotation=True, scale=True)
    assert living.scale[:] == (1.0, 1.0, 1.0)
    assert_the_field_lies_under_the_mesh(record, living.data, cube)


def test_it_follows_a_moved_origin(bpy: Any, living: Any, record: Any, cube: Any) -> None:
    bpy.ops.object.origin_set(type="ORIGIN_GEOMETRY", center="BOUNDS")
    assert corners(living.data)[:, 2].min() == pytest.approx(-1.0)
    assert_the_field_lies_under_the_mesh(record, living.data, cube)


def test_a_mesh_shaped_by_hand_keeps_its_place(living: Any, record: Any, cube: Any) -> None:
    before = record.placement_now(living.data)
    living.data.vertices[3].co.x += 0.5
    np.testing.assert_array_equal(record.placement_now(living.data), before)


def test_a_mesh_of_other_vertices_keeps_its_place(living: Any, record: Any) -> None:
    before = record.placement_now(living.data)
    living.data.clear_geometry()
    living.data.vertices.add(5)
    np.testing.assert_array_equal(record.placement_now(living.data), before)
