# SPDX-License-Identifier: GPL-3.0-or-later
"""An object remembers how it was made, and that is used again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Picture = Callable[[str], Path]


def made(bpy: Any, **changes: Any) -> Any:
    for name, value in changes.items():
        setattr(bpy.context.scene.triposr, name, value)
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    return bpy.context.object


def requests(session: Any) -> list[Any]:
    return [view.request for view in session.queue.views()]


def select(bpy: Any, active: Any, *others: Any) -> None:
    for thing in bpy.data.objects:
        thing.select_set(thing in (active, *others))
    bpy.context.view_layer.objects.active = active


def test_it_is_made_again_with_its_own_picture_and_settings(bpy: Any, session: Any, picture: Picture) -> None:
    path = picture("good.png")
    first = made(bpy, resolution=64, threshold=12.0, background="flat", height=2.0, foreground_ratio=0.9)
    settings = bpy.context.scene.triposr
    settings.resolution, settings.height, settings.background, settings.image_path = 200, 5.0, "none", "/other.png"
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    second = bpy.context.object
    assert second != first
    assert requests(session)[1] == requests(session)[0]
    assert second["triposr_recipe"].to_dict() == first["triposr_recipe"].to_dict()
    assert second.dimensions.z == pytest.approx(2.0)
    assert second["triposr_image"] == str(path)
    assert settings.resolution == 200, "the panel stays as it is"


def test_an_image_of_the_blend_is_taken_from_there(bpy: Any) -> None:
    bpy.data.images.new("good.png", 8, 8)
    bpy.ops.triposr.generate_from_image(image="good.png")
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    assert bpy.context.object["triposr_image_name"] == "good.png"
    assert len(bpy.data.objects) == 2


def test_several_are_made_again_side_by_side_each_with_its_own(bpy: Any, session: Any, picture: Picture) -> None:
    picture("good.png")
    small, large = made(bpy, resolution=40), made(bpy, resolution=80)
    select(bpy, large, small)
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    new = [thing for thing in bpy.data.objects if thing not in (small, large)]
    assert sorted(thing["triposr_recipe"]["resolution"] for thing in new) == [40, 80]
    assert new[0].location.x != new[1].location.x


def test_a_picture_that_is_gone_is_told_and_the_others_are_made(bpy: Any, session: Any, picture: Picture) -> None:
    gone = picture("answers-late.png")
    lost = made(bpy)
    picture("good.png")
    whole = made(bpy)
    gone.unlink()
    select(bpy, lost, whole)
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    assert len(bpy.data.objects) == 3
    select(bpy, lost)
    with pytest.raises(RuntimeError, match="answers-late"):
        bpy.ops.triposr.make_again()


def test_the_painted_mask_is_used_again(bpy: Any, session: Any, picture: Picture) -> None:
    picture("good.png")
    mask = bpy.data.images.new("mask", 8, 8)
    first = made(bpy, mask=mask, use_mask=True)
    assert first["triposr_mask"] == mask
    bpy.context.scene.triposr.use_mask = False
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    assert requests(session)[1].photo_settings.mask_path == requests(session)[0].photo_settings.mask_path != ""
    bpy.data.images.remove(mask)
    select(bpy, first)
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    assert requests(session)[2].photo_settings.mask_path == ""


def test_the_panel_can_have_the_objects_settings(bpy: Any, picture: Picture) -> None:
    path = picture("good.png")
    made(bpy, resolution=64, threshold=12.0)
    settings = bpy.context.scene.triposr
    settings.resolution, settings.threshold, settings.image_path = 200, 50.0, ""
    assert bpy.ops.triposr.settings_to_panel() == {"FINISHED"}
    assert (settings.resolution, settings.image_path) == (64, str(path))
    assert settings.threshold == pytest.approx(12.0)


def test_settings_are_copied_to_the_others_that_are_selected(bpy: Any, session: Any, picture: Picture) -> None:
    picture("good.png")
    source, target = made(bpy, resolution=40), made(bpy, resolution=80)
    stranger = bpy.data.objects.new("stranger", None)
    bpy.context.scene.collection.objects.link(stranger)
    select(bpy, source)
    assert not bpy.ops.triposr.copy_settings.poll()
    select(bpy, source, target, stranger)
    assert bpy.ops.triposr.copy_settings() == {"FINISHED"}
    assert target["triposr_recipe"]["resolution"] == 40
    assert "triposr_recipe" not in stranger
    select(bpy, target)
    bpy.ops.triposr.make_again()
    assert requests(session)[-1].surface_settings.resolution == 40


def test_without_an_object_of_ours_there_is_nothing_to_do(bpy: Any) -> None:
    for operator in (bpy.ops.triposr.make_again, bpy.ops.triposr.settings_to_panel, bpy.ops.triposr.copy_settings):
        assert not operator.poll()


def test_the_recipe_lives_in_the_file(bpy: Any, picture: Picture, tmp_path: Path) -> None:
    picture("good.png")
    made(bpy, resolution=72)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    assert bpy.context.object["triposr_recipe"]["resolution"] == 72


def test_what_the_living_mesh_was_given_since_is_made_again_too(
    bpy: Any, session: Any, room: Callable[[str], Any], picture: Picture
) -> None:
    picture("good.png")
    thing, living = made(bpy, resolution=40), room("blender.living_settings")
    room("blender.living_settings").wish(bpy.context, "symmetry", True)
    room("blender.living_settings").wish(bpy.context, "resolution", 90)
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    surface = requests(session)[1].surface_settings
    assert (surface.symmetry, surface.resolution) == (True, 90)
    assert bpy.context.object["triposr_recipe"]["resolution"] == 90
    select(bpy, thing)
    assert bpy.ops.triposr.settings_to_panel() == {"FINISHED"}
    assert bpy.context.scene.triposr.resolution == 90
    assert living.settings_shown(bpy.context).symmetry


def test_copied_surface_settings_wait_for_re_extract_and_live_in_the_file(
    bpy: Any, session: Any, room: Callable[[str], Any], picture: Picture, tmp_path: Path
) -> None:
    picture("good.png")
    source, target = made(bpy, resolution=40), made(bpy, resolution=80)
    select(bpy, source)
    room("blender.living_settings").wish(bpy.context, "smoothing", 7)
    select(bpy, source, target)
    assert bpy.ops.triposr.copy_settings() == {"FINISHED"}
    select(bpy, target)
    shown = room("blender.living_settings").settings_shown(bpy.context)
    assert (shown.resolution, shown.smoothing) == (40, 7)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    name = target.name
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    select(bpy, bpy.data.objects[name])
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    surface = requests(session)[-1].surface_settings
    assert (surface.resolution, surface.smoothing) == (40, 7)


@pytest.mark.parametrize(
    "wanted", [None, "all", {"resolution": 1e300}, {"smoothing": "many"}, {"threshold": float("nan")}]
)
def test_copied_settings_that_somebody_has_broken_are_none(
    bpy: Any, room: Callable[[str], Any], living: Any, wanted: Any
) -> None:
    record = living.data["triposr_living"]["settings"].to_dict()
    living["triposr_surface"] = {"instead_of": record, **({} if wanted is None else {"wanted": wanted})}
    assert room("blender.shaping_recipe").surface_settings_or_none(living).resolution == 64


def test_what_somebody_has_broken_in_a_recipe_is_as_in_the_panel(bpy: Any, session: Any, picture: Picture) -> None:
    picture("good.png")
    thing = made(bpy, resolution=40)
    broken = {"decimate_ratio": "x", "background": 5, "foreground_ratio": float("nan"), "size_by": 3, "height": -3.0}
    thing["triposr_recipe"] = {**thing["triposr_recipe"].to_dict(), **broken}
    select(bpy, thing)
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    photo = requests(session)[-1].photo_settings
    assert (photo.background, photo.foreground_ratio) == ("auto", 0.85)
