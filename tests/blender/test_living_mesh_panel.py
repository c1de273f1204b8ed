# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Living Mesh panel shows in each situation."""

from __future__ import annotations

import time
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


def test_it_has_the_sliders_and_the_buttons(living: Any, drawn: Callable[[], list[str]]) -> None:
    sliders = ("resolution", "threshold", "density_blur", "smoothing", "smallest_part", "symmetry", "flat_base")
    assert [line for line in drawn() if line.startswith("prop ")] == [f"prop {name}" for name in sliders]
    assert {f"operator triposr.{name}" for name in ("re_extract", "preview_mesh", "preview_back")} <= set(drawn())
    assert not any("by hand" in line or "not of these" in line for line in drawn())


def test_it_says_that_a_wish_is_not_fulfilled(bpy: Any, living: Any, drawn: Callable[[], list[str]]) -> None:
    bpy.context.window_manager.triposr_living.threshold = 30.0
    assert "label The mesh is not of these settings" in drawn()
    bpy.ops.triposr.preview_back()
    assert "label The mesh is not of these settings" not in drawn()


def test_it_warns_of_work_by_hand(living: Any, drawn: Callable[[], list[str]]) -> None:
    living.data.vertices[3].co.x += 0.1
    assert any("changed by hand" in line for line in drawn())


def test_it_says_why_nothing_goes_in_edit_mode(bpy: Any, living: Any, drawn: Callable[[], list[str]]) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    lines = drawn()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "is in Edit Mode" in sentences(lines)
    assert not any("re_extract" in line for line in lines)


def test_it_says_that_a_preview_waits_for_a_photo(
    bpy: Any, living: Any, drawn: Callable[[], list[str]], session: Any, box_worker: Any, picture: Any, room: Any
) -> None:
    picture("works-until-cancelled.png")
    session.start(room("blender.order").order_from_context(bpy.context))
    until(session, lambda: session.queue.current_or_none().step == "reconstruct")
    bpy.context.window_manager.triposr_living.threshold = 30.0
    room("blender.living_follow").begin_preview(session, living.data)
    assert "The preview waits for the mesh that is being made" in sentences(drawn())
    session.queue.cancel_all()
    until(session, lambda: session.field_view(session.shaping.preview.job).state.over)


def sentences(lines: list[str]) -> str:
    """What labels say, put together again."""
    return " ".join(line.removeprefix("label ") for line in lines)


def until(session: Any, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60.0
    while not happened():
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.01)


def test_it_shows_how_far_an_order_is(
    bpy: Any, living: Any, drawn: Callable[[], list[str]], session: Any, box_worker: Any, room: Any
) -> None:
    order = room("blender.living_questions").order_mesh(session, living.data)
    assert any(line.startswith("progress ") for line in drawn())
    assert "operator triposr.cancel_re_extract" in drawn()
    assert bpy.ops.triposr.cancel_re_extract() == {"FINISHED"}
    assert session.field_view(order.job) is None
    assert "operator triposr.re_extract" in drawn()


def test_it_says_of_what_detail_a_preview_is(
    living: Any, drawn: Callable[[], list[str]], session: Any, cube: Any, room: Callable[[str], Any]
) -> None:
    orders, number = room("blender.living_orders"), living.data.session_uid
    settings = room("protocol").SurfaceSettings(resolution=128)
    session.shaping.shown[number] = orders.Shown(settings, 129, 0.25)
    room("blender.living_preview").show(living.data, cube)
    assert "label Preview, 128 of 128 steps, 0.2 s" in drawn()
    session.shaping.shown[number] = orders.Shown(settings, 65, 0.25)
    assert "label Preview, 65 of 128 steps, 0.2 s" in drawn()


def test_a_preview_that_fails_says_so(living: Any, drawn: Callable[[], list[str]], session: Any, room: Any) -> None:
    session.shaping.failures[living.data.session_uid] = room("blender.failures").FieldLost("cup")
    assert "cup has no field any more." in sentences(drawn())


def test_colour_from_field_is_for_any_mesh(bpy: Any, living: Any, room: Callable[[str], Any]) -> None:
    panel = room("blender.living_mesh_panel").TRIPOSR_PT_colour_from_field
    lines: list[str] = []
    assert panel.poll(bpy.context)
    panel.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
    assert lines[:2] == ["prop lender", "prop domain"]
    assert "operator triposr.colour_from_field" in lines
    bpy.context.view_layer.objects.active = None
    assert not panel.poll(bpy.context)
