# SPDX-License-Identifier: GPL-3.0-or-later
"""Image to Mesh for an image of the .blend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def image(bpy: Any) -> Any:
    """Generated and never saved; the worker goes by its name."""
    return bpy.data.images.new("good.png", 8, 8)


def test_an_image_without_a_file_becomes_an_object_of_its_name(bpy: Any, session: Any, image: Any) -> None:
    assert bpy.ops.triposr.generate_from_image(image="good.png") == {"FINISHED"}
    new = bpy.context.object
    assert new.name == "good"
    assert (new["triposr_image"], new["triposr_image_name"]) == ("", "good.png")
    assert bpy.context.scene.triposr.image_path == ""


def test_its_file_is_there_for_another_try_and_goes_with_the_line_in_the_list(
    bpy: Any, session: Any, image: Any
) -> None:
    bpy.ops.triposr.generate_from_image(image="good.png")
    written = session.queue.views()[0].request.photo
    assert written.read_bytes().startswith(b"\x89PNG")
    assert bpy.ops.triposr.retry(job=session.queue.views()[0].id) == {"FINISHED"}
    assert len(bpy.data.objects) == 2
    assert bpy.ops.triposr.clear_finished() == {"FINISHED"}
    assert list(session.storage().jobs.iterdir()) == []


def test_the_image_editor_gives_the_image_that_it_shows(bpy: Any, image: Any) -> None:
    area = bpy.context.window.screen.areas[0]
    before, area.type = area.type, "IMAGE_EDITOR"
    try:
        with bpy.context.temp_override(area=area):
            assert not bpy.ops.triposr.generate_from_image.poll()
            area.spaces.active.image = image
            assert bpy.ops.triposr.generate_from_image() == {"FINISHED"}
    finally:
        area.type = before
    assert "good" in bpy.data.objects


@pytest.mark.parametrize(
    ("name", "said"), [("", "No picture is chosen"), ("no such image", "This file has no image no such image")]
)
def test_without_an_image_it_says_so(bpy: Any, name: str, said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        bpy.ops.triposr.generate_from_image(image=name)


def test_an_image_without_pixels_leaves_no_file(bpy: Any, session: Any, tmp_path: Path) -> None:
    lost = bpy.data.images.new("lost", 4, 4)
    lost.source, lost.filepath = "FILE", str(tmp_path / "nowhere.png")
    with pytest.raises(RuntimeError, match="has no pixels"):
        bpy.ops.triposr.generate_from_image(image="lost")
    assert list(session.storage().jobs.iterdir()) == []


def test_a_model_that_is_not_there_leaves_no_file(bpy: Any, session: Any, image: Any) -> None:
    bpy.context.scene.triposr.model = "FOLDER"
    with pytest.raises(RuntimeError, match="model is not there"):
        bpy.ops.triposr.generate_from_image(image="good.png")
    assert list(session.storage().jobs.iterdir()) == []
