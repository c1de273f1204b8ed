# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel shows in each situation."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

BUTTONS = ["operator triposr.generate", "operator triposr.try_four", "operator triposr.place_with_mouse"]


@pytest.fixture
def drawn(bpy: Any, room: Callable[[str], Any], session: Any) -> Callable[..., list[str]]:
    """Draw a panel and give its lines."""

    def draw(panel: str = "TRIPOSR_PT_image_to_mesh") -> list[str]:
        lines: list[str] = []
        kind = getattr(room("blender.cutout_panel" if panel == "TRIPOSR_PT_picture" else "blender.panel"), panel)
        stage = SimpleNamespace(layout=StrictLayout(bpy, lines))
        if hasattr(kind, "settings_column"):
            stage.settings_column = functools.partial(kind.settings_column, stage)
        kind.draw(stage, bpy.context)
        return lines

    return draw


@pytest.fixture
def some_python(session: Any, tmp_path: Path) -> Any:
    session.preferences().worker_python = str(tmp_path / "python")
    yield
    session.preferences().worker_python = ""


def test_without_an_environment_the_way_to_it_is_shown(drawn: Callable[..., list[str]]) -> None:
    lines = drawn()
    assert "operator triposr.plan_installation" in lines
    assert "operator triposr.generate" not in lines


@pytest.mark.usefixtures("some_python")
def test_without_a_picture_it_asks_for_one(drawn: Callable[..., list[str]]) -> None:
    assert drawn() == [
        "operator triposr.choose_picture",
        "operator triposr.add_folder",
        "operator triposr.paste_picture",
        "operator triposr.generate_from_viewport",
        "operator triposr.generate_from_render",
        "prop model",
        *BUTTONS,
    ]


@pytest.mark.usefixtures("some_python")
def test_with_a_picture_it_shows_the_path_and_the_button(
    drawn: Callable[..., list[str]], picture: Callable[[str], Path]
) -> None:
    picture("good.png")
    lines = drawn()
    assert lines[-10:] == [
        "prop image_path",
        "operator triposr.choose_picture",
        "operator triposr.add_folder",
        "operator triposr.paste_picture",
        "operator triposr.generate_from_viewport",
        "operator triposr.generate_from_render",
        "prop model",
        *BUTTONS,
    ]


@pytest.mark.usefixtures("some_python")
def test_another_folder_is_asked_for_only_where_it_is_chosen(bpy: Any, drawn: Callable[..., list[str]]) -> None:
    assert "prop model_folder" not in drawn()
    bpy.context.scene.triposr.model = "FOLDER"
    assert "prop model_folder" in drawn()


@pytest.mark.usefixtures("some_python")
def test_while_a_job_runs_there_are_step_share_and_cancel_under_the_button(
    bpy: Any, room: Callable[[str], Any], session: Any, drawn: Callable[..., list[str]], picture: Callable[[str], Path]
) -> None:
    picture("works-until-cancelled.png")
    job = session.start(room("blender.order").order_from_context(bpy.context))
    assert drawn()[-5:] == [*BUTTONS, "progress Waiting  0%", "operator triposr.cancel"]
    deadline = time.monotonic() + 120
    while session.queue.view(job).step != "reconstruct":
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.02)
    lines = drawn()
    assert any(line.startswith("progress Reconstruct  ") and line.endswith("%") for line in lines)
    assert "operator triposr.cancel" in lines
    session.queue.cancel(job)
    assert any(line.startswith("progress Cancelling  ") for line in drawn())


@pytest.mark.usefixtures("some_python")
def test_a_failure_stands_in_the_panel_until_it_is_dismissed(
    bpy: Any, room: Callable[[str], Any], session: Any, drawn: Callable[..., list[str]]
) -> None:
    with pytest.raises(RuntimeError):
        bpy.ops.triposr.generate()
    lines = drawn()
    told = " ".join(line.removeprefix("label ") for line in lines if line.startswith("label "))
    assert told == session.failure.sentence
    assert lines[-2:] == ["operator triposr.copy_failure", "operator triposr.dismiss_failure"]
    bpy.ops.triposr.dismiss_failure()
    assert drawn()[-3:] == BUTTONS


@pytest.mark.usefixtures("some_python")
def test_after_a_job_it_says_how_it_went(
    bpy: Any, drawn: Callable[..., list[str]], picture: Callable[[str], Path]
) -> None:
    picture("good.png")
    bpy.ops.triposr.generate()
    assert drawn()[-1].startswith("label 4 triangles in ")


def test_every_setting_is_in_one_of_the_panels(bpy: Any, drawn: Callable[..., list[str]]) -> None:
    panels = ("TRIPOSR_PT_picture", "TRIPOSR_PT_surface", "TRIPOSR_PT_object")
    settings = bpy.context.scene.triposr
    settings.background, settings.mask = "rembg", bpy.data.images.new("mask", 4, 4)
    lines = [line for panel in panels for line in drawn(panel)]
    shown = {line.removeprefix("prop ") for line in lines if line.startswith("prop ")}
    own = {entry.identifier for entry in bpy.context.scene.triposr.bl_rna.properties} - {"rna_type", "name"}
    assert shown == own - {"image_path", "model", "model_folder", "height"}
