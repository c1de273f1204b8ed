# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings are a recipe, and that one can be read, kept as text and used again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def recipe(room: Callable[[str], Any]) -> Any:
    return room("blender.recipe")


@pytest.fixture
def settings(bpy: Any) -> Any:
    return bpy.context.scene.triposr


def test_every_setting_is_in_the_recipe_or_is_said_not_to_be(settings: Any, recipe: Any) -> None:
    own = {entry.identifier for entry in settings.bl_rna.properties} - {"rna_type", "name"}
    assert own == {*recipe.IN_A_RECIPE, *recipe.NOT_IN_A_RECIPE}
    assert not set(recipe.IN_A_RECIPE) & set(recipe.NOT_IN_A_RECIPE)


def test_a_recipe_kept_as_text_sets_all_of_it_again(bpy: Any, settings: Any, recipe: Any) -> None:
    settings.resolution, settings.threshold, settings.background = 96, 12.5, "flat"
    settings.fill_holes, settings.model, settings.model_folder = True, "FOLDER", "//weights"
    kept = recipe.recipe_of(settings)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    fresh = bpy.context.scene.triposr
    assert recipe.use_recipe(fresh, recipe.from_text(recipe.as_text(kept))) == []
    assert recipe.recipe_of(fresh) == kept


def test_what_is_not_here_is_named_and_the_rest_is_set(settings: Any, recipe: Any) -> None:
    odd = {"model": "no such model", "colour of the sky": 3, "threshold": "thick", "resolution": 64, "image_path": "/x"}
    assert set(recipe.use_recipe(settings, odd)) == {"model", "colour of the sky", "threshold", "image_path"}
    assert (settings.model, settings.resolution, settings.image_path) == ("PREVIEW", 64, "")
    assert settings.threshold == pytest.approx(25.0)


def test_factory_values_leave_the_picture(settings: Any, recipe: Any) -> None:
    factory = recipe.recipe_of(settings)
    assert recipe.is_untouched(settings)
    settings.resolution, settings.image_path = 300, "/cup.png"
    assert not recipe.is_untouched(settings)
    recipe.use_factory_values(settings)
    assert recipe.recipe_of(settings) == factory
    assert recipe.is_untouched(settings)
    assert settings.image_path == "/cup.png"


def test_settings_of_an_order_stand_in_no_scene(settings: Any, recipe: Any) -> None:
    settings.height = 3.0
    own = recipe.settings_from({"resolution": 40}, settings, "/cup.png")
    assert (own.resolution, own.height, own.image_path, own.mask, own.use_mask) == (40, 3.0, "/cup.png", None, False)
    assert settings.resolution == 128
