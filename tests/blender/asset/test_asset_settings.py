# SPDX-License-Identifier: GPL-3.0-or-later
"""All settings of a game asset can be kept as a recipe and used again."""

from __future__ import annotations

import json
from collections.abc import Callable
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


def test_what_is_not_here_is_named_and_the_rest_is_set(bpy: Any, recipe: Any) -> None:
    settings = bpy.context.scene.triposr_asset
    assert recipe.use_recipe(settings, {"engine": "WEB", "cooking": {"minutes": 3}}) == ["cooking"]
    assert recipe.use_recipe(settings, {"engine": "a steam engine"}) == ["engine"]
    assert settings.engine == "WEB"
