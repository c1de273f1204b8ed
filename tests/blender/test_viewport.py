# SPDX-License-Identifier: GPL-3.0-or-later
"""Solid views show the colours, unless the artist does not want that; other views are left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def view(bpy: Any) -> Any:
    (space,) = (area.spaces.active for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    space.shading.type, space.shading.color_type = "SOLID", "MATERIAL"
    return space


@pytest.mark.parametrize(("wanted", "shown"), [(True, "VERTEX"), (False, "MATERIAL")])
def test_a_solid_view_shows_colours_if_wanted(
    bpy: Any, box_worker: object, picture: Callable[[str], Path], view: Any, wanted: bool, shown: str
) -> None:
    picture("good.png")
    bpy.context.scene.triposr.show_colours = wanted
    bpy.ops.triposr.generate()
    assert view.shading.color_type == shown


def test_a_wireframe_view_is_left_alone(bpy: Any, room: Callable[[str], Any], view: Any) -> None:
    view.shading.type = "WIREFRAME"
    room("blender.viewport").show_colours(bpy.context.screen)
    assert view.shading.type == "WIREFRAME"
    assert view.shading.color_type == "MATERIAL"
