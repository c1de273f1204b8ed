# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit Mask, Forget Mask and Show the Cut-out, by script; what the worker gets is what was painted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("ready")]


@pytest.fixture
def ready(session: Any, box_worker: Callable[..., None]) -> Iterator[None]:
    session.preferences().worker_python = sys.executable
    yield
    session.preferences().worker_python = ""


@pytest.fixture
def photo(bpy: Any, tmp_path: Path) -> Callable[[str], Path]:
    """photo(name): choose a picture that is one, 8 x 4 pixels with alpha; the fake worker hands it back."""

    def choose(name: str = "good.png") -> Path:
        image = bpy.data.images.new("red", 8, 4, alpha=True)
        image.filepath_raw = str(tmp_path / name)
        image.save()
        bpy.data.images.remove(image)
        bpy.context.scene.triposr.image_path = str(tmp_path / name)
        return tmp_path / name

    return choose


def test_show_the_cut_out_comes_back_when_it_is_there(bpy: Any, session: Any, photo: Callable[..., Path]) -> None:
    path = photo()
    assert bpy.ops.triposr.show_cut_out() == {"FINISHED"}
    assert session.cut_out_view().result.method == "flat"
    assert session.cut_out.preview_or_none(path) is not None


def test_show_the_cut_out_fails_with_a_sentence(bpy: Any, photo: Callable[..., Path]) -> None:
    photo("can-not-cut-out.png")
    with pytest.raises(RuntimeError, match="no transparency"):
        bpy.ops.triposr.show_cut_out()


@pytest.mark.parametrize("operator", ["show_cut_out", "edit_mask"])
def test_without_a_picture_or_environment_they_are_greyed_out(
    bpy: Any, session: Any, photo: Callable[..., Path], operator: str
) -> None:
    call = getattr(bpy.ops.triposr, operator)
    with pytest.raises(RuntimeError, match="Choose a picture first"):
        call()
    path = photo()
    assert call.poll()
    session.preferences().worker_python = ""
    with pytest.raises(RuntimeError, match="environment is not installed"):
        call()
    session.preferences().worker_python = sys.executable
    path.unlink()
    with pytest.raises(RuntimeError, match=r"good\.png is not there"):
        call()


def test_edit_mask_makes_a_mask_of_the_photo_and_uses_it(bpy: Any, session: Any, photo: Callable[..., Path]) -> None:
    path = photo()
    settings = bpy.context.scene.triposr
    assert bpy.ops.triposr.edit_mask() == {"FINISHED"}
    assert settings.use_mask
    assert settings.mask.name == "Mask of good.png"
    assert tuple(settings.mask.size) == (8, 4)
    assert settings.mask.packed_file is not None
    assert settings.mask["triposr_mask_of"] == str(path)
    assert bpy.ops.triposr.show_cut_out() == {"FINISHED"}
    assert session.cut_out_view().result.method == "painted"


def test_editing_again_keeps_what_was_painted(bpy: Any, photo: Callable[..., Path]) -> None:
    photo()
    bpy.ops.triposr.edit_mask()
    settings = bpy.context.scene.triposr
    settings.mask.pixels[3] = 0.25
    settings.use_mask = False
    bpy.ops.triposr.edit_mask()
    assert settings.use_mask
    assert len(bpy.data.images) == 1
    assert settings.mask.pixels[3] == pytest.approx(0.25, abs=0.01)


def test_another_picture_gets_a_mask_of_its_own(bpy: Any, photo: Callable[..., Path]) -> None:
    photo()
    bpy.ops.triposr.edit_mask()
    first = bpy.context.scene.triposr.mask
    photo("other.png")
    bpy.ops.triposr.edit_mask()
    assert bpy.context.scene.triposr.mask != first
    assert bpy.context.scene.triposr.mask.name == "Mask of other.png"


def test_a_failure_leaves_no_mask(bpy: Any, photo: Callable[..., Path]) -> None:
    photo("dies-cutting-out.png")
    with pytest.raises(RuntimeError, match="ended unexpectedly"):
        bpy.ops.triposr.edit_mask()
    assert bpy.context.scene.triposr.mask is None
    assert not bpy.context.scene.triposr.use_mask
    assert len(bpy.data.images) == 0


def test_where_nothing_was_found_a_mask_can_be_painted(bpy: Any, photo: Callable[..., Path]) -> None:
    photo("shows-nothing.png")
    assert bpy.ops.triposr.edit_mask() == {"FINISHED"}
    assert tuple(bpy.context.scene.triposr.mask.size) == (8, 4)


def test_the_job_gets_the_mask_as_it_was_painted(
    bpy: Any, room: Callable[[str], Any], photo: Callable[..., Path]
) -> None:
    photo()
    bpy.ops.triposr.edit_mask()
    mask = bpy.context.scene.triposr.mask
    mask.pixels[4 * (8 * 1 + 2) + 3] = 0.0
    order = room("blender.order").order_from_context(bpy.context)
    image = bpy.data.images.load(order.request.photo_settings.mask_path)
    assert tuple(image.size) == (8, 4)
    greys = list(image.pixels)[:: image.channels]
    assert greys == pytest.approx(list(mask.pixels)[3::4], abs=0.01)
    assert greys[8 * 1 + 2] == 0.0


def test_forget_mask_takes_it_away_but_not_an_image_of_the_artists(bpy: Any, photo: Callable[..., Path]) -> None:
    photo()
    assert not bpy.ops.triposr.forget_mask.poll()
    bpy.ops.triposr.edit_mask()
    assert bpy.ops.triposr.forget_mask() == {"FINISHED"}
    settings = bpy.context.scene.triposr
    assert (settings.mask, settings.use_mask, len(bpy.data.images)) == (None, False, 0)
    settings.mask = bpy.data.images.new("the artist's", 8, 4)
    bpy.ops.triposr.forget_mask()
    assert settings.mask is None
    assert "the artist's" in bpy.data.images


def test_one_undo_takes_the_new_mask_away(bpy: Any, photo: Callable[..., Path]) -> None:
    photo()
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.triposr.edit_mask("EXEC_DEFAULT", True) == {"FINISHED"}
    assert bpy.context.scene.triposr.mask is not None
    bpy.ops.ed.undo()
    assert bpy.context.scene.triposr.mask is None
    assert not bpy.context.scene.triposr.use_mask


def test_the_brush_erases_and_restores(bpy: Any) -> None:
    paint = bpy.context.tool_settings.image_paint
    if paint.brush is None:
        assert not bpy.ops.triposr.mask_brush.poll()
        return
    for blend in ("ERASE_ALPHA", "ADD_ALPHA"):
        assert bpy.ops.triposr.mask_brush(blend=blend) == {"FINISHED"}
        assert paint.brush.blend == blend
