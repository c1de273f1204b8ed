# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel says about the cut-out in each situation."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("ready")]

Picture = Callable[[str], Path]


@pytest.fixture
def ready(session: Any, box_worker: Callable[..., None]) -> Iterator[None]:
    session.preferences().worker_python = sys.executable
    yield
    session.preferences().worker_python = ""


@pytest.fixture
def picture_lines(bpy: Any, room: Callable[[str], Any], session: Any) -> Callable[[], list[str]]:
    """What stands at the top of the main panel."""

    def draw() -> list[str]:
        lines: list[str] = []
        draw_picture = room("blender.cutout_panel").draw_picture
        draw_picture(StrictLayout(bpy, lines), bpy.context, session, bpy.context.scene.triposr)
        return lines

    return draw


@pytest.fixture
def settings_lines(bpy: Any, room: Callable[[str], Any]) -> Callable[[], list[str]]:
    def draw() -> list[str]:
        lines: list[str] = []
        panel = room("blender.cutout_panel").TRIPOSR_PT_picture
        stage = SimpleNamespace(layout=StrictLayout(bpy, lines))
        stage.settings_column = functools.partial(panel.settings_column, stage)
        panel.draw(stage, bpy.context)
        return lines

    return draw


def said(lines: list[str]) -> str:
    return " ".join(line.removeprefix("label ") for line in lines if line.startswith("label "))


def test_nothing_is_said_before_anything_was_asked(picture_lines: Callable[[], list[str]], picture: Picture) -> None:
    assert picture_lines() == []
    picture("good.png")
    assert said(picture_lines()) == ""


def test_warnings_stand_below_the_picture(bpy: Any, picture_lines: Callable[[], list[str]], picture: Picture) -> None:
    picture("good.png")
    bpy.ops.triposr.show_cut_out()
    assert said(picture_lines()) == "The subject is only 9 pixels across."


def test_a_failure_stands_below_the_picture(bpy: Any, picture_lines: Callable[[], list[str]], picture: Picture) -> None:
    picture("can-not-cut-out.png")
    with pytest.raises(RuntimeError):
        bpy.ops.triposr.show_cut_out()
    assert said(picture_lines()).startswith("The photo has no transparency.")


def test_it_says_that_it_runs_and_that_networks_take_their_time(
    bpy: Any, room: Callable[[str], Any], session: Any, picture_lines: Callable[[], list[str]], picture: Picture
) -> None:
    picture("cuts-out-until-cancelled.png")
    follow = room("blender.cutout_follow")
    follow.ask(session, bpy.context.scene.triposr)
    assert said(picture_lines()) == "Cutting out"
    bpy.context.scene.triposr.background = "rembg"
    follow.ask(session, bpy.context.scene.triposr)
    assert "takes some seconds" in said(picture_lines())


def test_it_says_that_it_waits_for_a_job(
    bpy: Any, room: Callable[[str], Any], session: Any, picture_lines: Callable[[], list[str]], picture: Picture
) -> None:
    picture("works-until-cancelled.png")
    session.start(room("blender.order").order_from_context(bpy.context))
    session.tick()
    room("blender.cutout_follow").ask(session, bpy.context.scene.triposr)
    assert "waits for the mesh" in said(picture_lines())


def test_what_is_not_of_these_settings_says_so_and_can_be_made_anew(
    bpy: Any, picture_lines: Callable[[], list[str]], picture: Picture
) -> None:
    picture("good.png")
    bpy.ops.triposr.show_cut_out()
    bpy.context.scene.triposr.fill_holes = True
    lines = picture_lines()
    assert "label Not of these settings" in lines
    assert "operator triposr.show_cut_out" in lines


def test_networks_are_offered_where_one_is_to_be_used(bpy: Any, settings_lines: Callable[[], list[str]]) -> None:
    assert "prop rembg_model" not in settings_lines()
    bpy.context.scene.triposr.background = "rembg"
    assert "prop rembg_model" in settings_lines()


def test_what_can_be_done_with_a_mask_is_shown_where_there_is_one(
    bpy: Any, settings_lines: Callable[[], list[str]], picture: Picture
) -> None:
    photo = picture("good.png")
    assert "prop use_mask" not in settings_lines()
    assert "operator triposr.edit_mask" in settings_lines()
    mask = bpy.data.images.new("mask", 4, 4)
    bpy.context.scene.triposr.mask = mask
    lines = settings_lines()
    assert {"prop use_mask", "operator triposr.forget_mask", "operator triposr.mask_brush"} <= set(lines)
    mask["triposr_mask_of"] = str(photo.with_name("plate.png"))
    assert "It belongs to plate.png and is not used for this picture." in said(settings_lines())
