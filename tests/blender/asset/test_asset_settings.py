# SPDX-License-Identifier: GPL-3.0-or-later
"""All settings of a game asset can be kept as a recipe and used again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def recipe(room: Callable[[str], Any]) -> Any:
    return room("blender.asset.recipe")


def test_a_recipe_goes_through_json_and_sets_all_of_it_again(bpy: Any, recipe: Any) -> None:
    settings = bpy.context.scene.triposr_asset
    settings.engine = "GODOT"
    kept = json.loads(json.dumps(recipe.recipe_of(settings)))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    fresh = bpy.context.scene.triposr_asset
    assert fresh.engine == "UNITY"
    assert recipe.use_recipe(fresh, kept) == []
    assert fresh.engine == "GODOT"
    assert recipe.recipe_of(fresh) == kept


BUILT_IN = {"Mobile", "Game_Prop", "Hero", "Web"}


def found(bpy: Any) -> dict[str, str]:
    folders = bpy.utils.preset_paths("triposr_asset")
    return {file.stem: str(file) for folder in folders for file in Path(folder).glob("*.py")}


def use(bpy: Any, name: str) -> None:
    bpy.ops.script.execute_preset(
        "EXEC_DEFAULT", True, filepath=found(bpy)[name], menu_idname="TRIPOSR_PT_asset_presets"
    )


def test_each_built_in_preset_can_be_had_whole(bpy: Any, session: Any) -> None:
    settings = bpy.context.scene.triposr_asset
    assert set(found(bpy)) == BUILT_IN
    counts = {}
    for name in BUILT_IN:
        use(bpy, name)
        assert session.failure is None
        counts[name] = (settings.budget.faces, settings.levels.count, settings.texture.size, settings.colliders.kind)
    assert counts["Hero"] == (20000, 3, "2048", "PARTS")
    assert counts["Mobile"] == (1500, 2, "512", "BOX")


def test_a_preset_of_ones_own_is_kept_found_and_removed(bpy: Any) -> None:
    settings = bpy.context.scene.triposr_asset
    settings.engine, settings.budget.faces, settings.export.folder = "UNREAL", 777, "/mine"
    assert bpy.ops.triposr.add_asset_preset(name="mine") == {"FINISHED"}
    settings.engine, settings.budget.faces, settings.export.folder = "WEB", 5, "/other"
    use(bpy, "mine")
    assert (settings.engine, settings.budget.faces, settings.export.folder) == ("UNREAL", 777, "/other")
    assert bpy.ops.triposr.add_asset_preset(name="mine", remove_name=True) == {"FINISHED"}
    assert set(found(bpy)) == BUILT_IN


@pytest.mark.parametrize("text", ["", "{", "[64]"])
def test_what_is_no_recipe_is_refused(bpy: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match="no preset of TripoSR"):
        bpy.ops.triposr.use_asset_recipe(recipe=text)


def test_what_is_not_here_is_named_and_the_rest_is_set(bpy: Any, recipe: Any) -> None:
    settings = bpy.context.scene.triposr_asset
    assert recipe.use_recipe(settings, {"engine": "WEB", "cooking": {"minutes": 3}}) == ["cooking"]
    assert recipe.use_recipe(settings, {"engine": "a steam engine"}) == ["engine"]
    assert settings.engine == "WEB"
