# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets are Blender's own, and hold a recipe; a few come with the extension."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = pytest.mark.bpy

BUILT_IN = {"Quick_Look", "Fine", "Thin_Parts", "Light_for_Games", "Clean_Cut-out"}


@pytest.fixture
def settings(bpy: Any) -> Any:
    return bpy.context.scene.triposr


def found(bpy: Any) -> dict[str, str]:
    folders = bpy.utils.preset_paths("triposr")
    return {file.stem: str(file) for folder in folders for file in Path(folder).glob("*.py")}


def use(bpy: Any, name: str) -> None:
    bpy.ops.script.execute_preset("EXEC_DEFAULT", True, filepath=found(bpy)[name], menu_idname="TRIPOSR_PT_presets")


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_each_built_in_preset_can_be_had_whole(bpy: Any, settings: Any, session: Any, name: str) -> None:
    before = {entry: getattr(settings, entry) for entry in ("resolution", "threshold", "fill_holes", "decimate_ratio")}
    use(bpy, name)
    assert session.failure is None
    assert {entry: getattr(settings, entry) for entry in before} != before


def test_a_preset_of_ones_own_is_kept_found_and_removed(bpy: Any, settings: Any) -> None:
    settings.resolution, settings.background, settings.image_path = 77, "flat", "/cup.png"
    assert bpy.ops.triposr.add_preset(name="my 'cups'") == {"FINISHED"}
    assert set(found(bpy)) == {*BUILT_IN, "my__cups"}
    settings.resolution, settings.background, settings.image_path = 99, "none", "/jug.png"
    use(bpy, "my__cups")
    assert (settings.resolution, settings.background, settings.image_path) == (77, "flat", "/jug.png")
    assert bpy.ops.triposr.add_preset(name="my__cups", remove_name=True) == {"FINISHED"}
    assert set(found(bpy)) == BUILT_IN


def test_a_preset_is_one_step_of_undo(bpy: Any, settings: Any) -> None:
    bpy.ops.ed.undo_push(message="before")
    use(bpy, "Quick_Look")
    assert bpy.context.scene.triposr.resolution == 64
    bpy.ops.ed.undo()
    assert bpy.context.scene.triposr.resolution == 128


def test_a_model_that_is_not_here_is_told_and_the_rest_is_set(bpy: Any, settings: Any, session: Any) -> None:
    assert bpy.ops.triposr.use_recipe(recipe='{"model": "elsewhere", "resolution": 50}') == {"FINISHED"}
    assert session.failure.code == "RECIPE_NOT_WHOLE"
    assert "model stayed as before" in session.failure.sentence
    assert settings.resolution == 50
    session.failure = None


@pytest.mark.parametrize("text", ["", "{", "[64]"])
def test_what_is_no_recipe_is_refused(bpy: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match="no preset of TripoSR"):
        bpy.ops.triposr.use_recipe(recipe=text)


def test_the_list_offers_the_defaults_too(bpy: Any, room: Callable[[str], Any]) -> None:
    lines: list[str] = []
    # Blender's own list asks for more of a layout than ours play.
    room("blender.presets").draw_defaults(StrictLayout(bpy, lines))
    assert lines == [f"operator triposr.{name}_defaults" for name in ("use", "save", "forget")]


def test_the_extension_takes_its_presets_out_with_it(bpy: Any, room: Callable[[str], Any]) -> None:
    presets = room("blender.presets")
    presets.remove_built_in_ones()
    assert found(bpy) == {}
    presets.add_built_in_ones()
    assert set(found(bpy)) == BUILT_IN
