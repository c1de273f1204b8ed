# SPDX-License-Identifier: GPL-3.0-or-later
"""The sliders show what the active mesh was made with, remember wishes for each mesh, and store nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def sliders(bpy: Any) -> Any:
    return bpy.context.window_manager.triposr_living


@pytest.fixture
def other(bpy: Any, living: Any, room: Callable[[str], Any]) -> Any:
    """A copy of the cup that was made with other settings."""
    thing, record = living.copy(), room("blender.living_record")
    thing.data = living.data.copy()
    bpy.context.scene.collection.objects.link(thing)
    made = record.record_or_none(thing.data)
    settings = room("protocol").SurfaceSettings(200, 12.5, symmetry=True, density_blur=0.7, smoothing=9)
    record.write_record(thing.data, record.LivingRecord(made.placement, settings, made.field))
    return thing


def test_another_object_shows_its_own_values(bpy: Any, living: Any, other: Any, sliders: Any) -> None:
    assert (sliders.resolution, sliders.threshold, sliders.symmetry) == (64, 25.0, False)
    bpy.context.view_layer.objects.active = other
    assert (sliders.resolution, sliders.threshold, sliders.symmetry) == (200, 12.5, True)
    assert (sliders.density_blur, sliders.smoothing) == (pytest.approx(0.7), 9)
    bpy.context.view_layer.objects.active = None
    assert (sliders.resolution, sliders.smoothing) == (256, 0)
    sliders.resolution = 32
    assert sliders.resolution == 256, "nothing to wish for"


def test_wishes_are_kept_for_each_mesh(bpy: Any, living: Any, other: Any, sliders: Any, session: Any) -> None:
    sliders.threshold = 30.1
    bpy.context.view_layer.objects.active = other
    assert sliders.threshold == 12.5
    bpy.context.view_layer.objects.active = living
    assert sliders.threshold == pytest.approx(30.1)
    assert session.shaping.wishes[living.data.session_uid].threshold == 30.1, "as the artist sees it"
    sliders.threshold = 25.0
    assert session.shaping.wishes == {}, "back where it was"


def test_values_stay_in_their_ranges(living: Any, sliders: Any) -> None:
    for name, value, kept in (
        ("resolution", 5000, 1024),
        ("resolution", 1, 16),
        ("threshold", -1.0, 0.01),
        ("density_blur", 9.0, 2.0),
        ("density_blur", 0.3, 0.5),
        ("density_blur", 0.1, 0.0),
        ("smoothing", 1000, 100),
        ("smallest_part", 2.0, 1.0),
        ("flat_base", 0.5, 0.3),
    ):
        setattr(sliders, name, value)
        assert getattr(sliders, name) == pytest.approx(kept)


def test_neither_undo_nor_a_file_knows_of_wishes(
    bpy: Any, living: Any, sliders: Any, session: Any, tmp_path: Path
) -> None:
    bpy.ops.ed.undo_push(message="before")
    sliders.threshold, sliders.symmetry = 30.0, True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    again = bpy.context.window_manager.triposr_living
    assert (again.threshold, again.symmetry) == (25.0, False)
    assert session.shaping.wishes == {}


def test_a_script_that_sets_them_starts_no_process(living: Any, sliders: Any, session: Any) -> None:
    sliders.threshold = 30.0
    assert session.shaping.preview is None
    assert not session.shaping.busy()


def test_a_preview_has_few_nodes(room: Callable[[str], Any]) -> None:
    settings, finest_nodes = room("protocol").SurfaceSettings, room("blender.living_questions").finest_nodes
    nodes = {full: finest_nodes(settings(full)) for full in (32, 64, 100, 127, 128, 256, 1024)}
    assert nodes == {32: 32, 64: 64, 100: 65, 127: 65, 128: 129, 256: 129, 1024: 129}


@pytest.mark.parametrize(("took", "nodes"), [(None, 65), (0.2, 129), (2.0, 65)])
def test_where_the_best_preview_takes_long_a_coarse_one_comes_first(
    session: Any, room: Callable[[str], Any], took: float | None, nodes: int
) -> None:
    first_nodes, session.shaping.finest_took = room("blender.living_questions").first_nodes, took
    assert first_nodes(session, room("protocol").SurfaceSettings(256)) == nodes
    assert first_nodes(session, room("protocol").SurfaceSettings(40)) == 40
    session.shaping.finest_took = None
