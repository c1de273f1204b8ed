# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of what Blender shows. Drawing itself needs a window: see tests/gui/keeping.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def view(room: Callable[[str], Any]) -> Any:
    return room("blender.viewport_picture")


def test_without_a_window_there_is_no_view(bpy: Any) -> None:
    assert not bpy.ops.triposr.generate_from_viewport.poll()


def test_without_a_render_there_is_no_render(bpy: Any) -> None:
    assert not bpy.ops.triposr.generate_from_render.poll()


def test_the_last_render_becomes_an_object(bpy: Any, box_worker: Any) -> None:
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x = scene.render.resolution_y = 8
    bpy.ops.render.render()
    bpy.data.images["Render Result"].name = "good"  # the fake worker goes by the name
    assert bpy.ops.triposr.generate_from_render() == {"FINISHED"}
    kept = Path(bpy.context.object["triposr_image"])
    assert (kept.name, kept.read_bytes()[:4]) == ("good.png", b"\x89PNG")
    assert bpy.ops.triposr.make_again() == {"FINISHED"}


def test_colours_are_divided_by_their_alpha_and_stand_upright(view: Any) -> None:
    drawn = np.zeros((2, 1, 4), np.uint8)
    drawn[0, 0] = (50, 25, 0, 128)
    drawn[1, 0] = (255, 128, 1, 255)
    assert view.upright(drawn).tolist() == [[[255, 128, 1, 255]], [[100, 50, 0, 128]]]


def test_an_empty_view_is_told(view: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    storage = room("host.storage").Storage(tmp_path)
    with pytest.raises(room("blender.failures").ViewportEmpty):
        view.keep_drawn(np.zeros((4, 4, 4), np.uint8), storage)
    kept = view.keep_drawn(np.full((4, 4, 4), 255, np.uint8), storage)
    assert kept.name == "Viewport.png"
    assert kept.read_bytes().startswith(b"\x89PNG")
