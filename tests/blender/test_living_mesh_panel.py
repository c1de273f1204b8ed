# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Living Mesh panel shows in each situation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = pytest.mark.bpy


@pytest.fixture
def panel(room: Callable[[str], Any]) -> Any:
    return room("blender.living_mesh_panel").TRIPOSR_PT_living_mesh


@pytest.fixture
def drawn(bpy: Any, panel: Any) -> Callable[[], list[str]]:
    """Draw the panel and give its lines."""

    def draw() -> list[str]:
        lines: list[str] = []
        panel.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
        return lines

    return draw


def test_it_is_there_for_living_objects_alone(bpy: Any, living: Any, panel: Any) -> None:
    assert panel.poll(bpy.context)
    plain = bpy.data.objects.new("plain", bpy.data.meshes.new("plain"))
    bpy.context.scene.collection.objects.link(plain)
    for thing in (plain, None):
        bpy.context.view_layer.objects.active = thing
        assert not panel.poll(bpy.context)


def test_it_says_where_the_field_is(bpy: Any, living: Any, drawn: Callable[[], list[str]], tmp_path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert "label Field: 0.00 MB in the .blend" in drawn()
    assert {"operator triposr.move_field_out", "operator triposr.drop_field"} <= set(drawn())
    bpy.ops.triposr.move_field_out()
    assert "label Field: cup.triplane.safetensors" in drawn()
    assert "operator triposr.bring_field_in" in drawn()
    bpy.ops.triposr.drop_field()
    assert "label Field: dropped" in drawn()
    assert "operator triposr.drop_field" not in drawn()
