# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of Game Asset, kept as Blender keeps presets; a preset's file calls our operator with a recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel
from bpy.props import StringProperty

from ..make_again import tell_refused
from ..recipe import RecipeTooNew, from_text
from ..words import told
from .recipe import recipe_of, use_recipe
from .settings import asset_settings_of

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

SUBFOLDER = "triposr_asset"
"""Within the folders of presets; the built-in ones lie beside those for meshes."""


class TRIPOSR_OT_use_asset_recipe(bpy.types.Operator):
    """Set Game Asset to the settings of a preset"""

    bl_idname = "triposr.use_asset_recipe"
    bl_label = "Use Preset"
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        recipe: str
    else:
        recipe: StringProperty(
            name="Recipe",
            description='Settings by stage and name, as JSON, say {"budget": {"faces": 5000}}. '
            "What is left out stays as it is",
            options={"SKIP_SAVE"},
        )

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Set what can be set, and tell of the rest."""
        assert context.scene is not None
        try:
            recipe = from_text(self.recipe)
        except RecipeTooNew as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except ValueError as error:
            self.report({"ERROR"}, told("This is no preset of TripoSR ({error}). Choose another one.", error=error))
            return {"CANCELLED"}
        refused = use_recipe(asset_settings_of(context.scene), recipe)
        if refused:
            tell_refused(self, refused)
        return {"FINISHED"}


class TRIPOSR_OT_add_asset_preset(AddPresetBase, bpy.types.Operator):  # type: ignore[misc]  # Blender's, without types
    """Keep the settings of Game Asset as a preset, or remove one. The folder for the files is no part of it"""

    bl_idname = "triposr.add_asset_preset"
    bl_label = "Add Game Asset Preset"
    preset_menu = "TRIPOSR_PT_asset_presets"
    preset_subdir = SUBFOLDER

    def add(self, context: bpy.types.Context, filepath: str) -> None:
        """Called by Blender's part: write the file, aside first."""
        assert context.scene is not None
        written = Path(filepath)
        aside = written.with_suffix(".part")
        aside.write_text(preset_text(json.dumps(recipe_of(asset_settings_of(context.scene)))), encoding="utf-8")
        aside.replace(written)


class TRIPOSR_PT_asset_presets(PresetPanel, bpy.types.Panel):
    """The list of presets, opened from the header of Game Asset."""

    bl_label = "Game Asset Presets"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"
    preset_add_operator = "triposr.add_asset_preset"


def preset_text(recipe: str) -> str:
    """The preset's file. As an undo step: Blender's own operator for presets is none."""
    return f"import bpy\n\nbpy.ops.triposr.use_asset_recipe('EXEC_DEFAULT', True, recipe={recipe!r})\n"
