# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets, in Blender's own way: files in the user's presets folder, and a few that come with the extension.

A preset's file calls our operator with a recipe, which may be of a few settings only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel
from bpy.props import StringProperty

from .make_again import tell_refused
from .properties import settings_of
from .recipe import RecipeTooNew, as_text, from_text, recipe_of, use_recipe
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

SUBFOLDER = "triposr"
BESIDE_THE_BUILT_IN_ONES = str(Path(__file__).parent)
"""Blender looks into the folder `presets` in it."""


class TRIPOSR_OT_use_recipe(bpy.types.Operator):
    """Set the panel to the settings of a preset"""

    bl_idname = "triposr.use_recipe"
    bl_label = "Use Preset"
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        recipe: str
    else:
        recipe: StringProperty(
            name="Recipe",
            description='Settings by name, as JSON, say {"resolution": 64}. What is left out stays as it is',
            options={"SKIP_SAVE"},
        )

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Set what can be set, and tell of the rest."""
        try:
            recipe = from_text(self.recipe)
        except RecipeTooNew as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except ValueError as error:
            self.report({"ERROR"}, told("This is no preset of TripoSR ({error}). Choose another one.", error=error))
            return {"CANCELLED"}
        refused = use_recipe(settings_of(context), recipe)
        if refused:
            tell_refused(self, refused)
        return {"FINISHED"}


class TRIPOSR_OT_add_preset(AddPresetBase, bpy.types.Operator):  # type: ignore[misc]  # Blender's own, without types
    """Keep the settings of the panel as a preset, or remove one. The picture and its mask are no part of it"""

    bl_idname = "triposr.add_preset"
    bl_label = "Add TripoSR Preset"
    preset_menu = "TRIPOSR_PT_presets"
    preset_subdir = SUBFOLDER

    def add(self, context: bpy.types.Context, filepath: str) -> None:
        """Called by Blender's part: write the file, aside first."""
        written = Path(filepath)
        aside = written.with_suffix(".part")
        aside.write_text(preset_text(as_text(recipe_of(settings_of(context)))), encoding="utf-8")
        aside.replace(written)


class TRIPOSR_PT_presets(PresetPanel, bpy.types.Panel):
    """The list of presets, opened from the header of Image to Mesh."""

    bl_label = "TripoSR Presets"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"
    preset_add_operator = "triposr.add_preset"

    def draw(self, context: bpy.types.Context) -> None:
        """Blender's list, and what new files start with."""
        super().draw(context)
        self.layout.separator()
        draw_defaults(self.layout.column())


def draw_defaults(layout: bpy.types.UILayout) -> None:
    """What can be done with the settings that new files start with."""
    for operator in ("triposr.use_defaults", "triposr.save_defaults", "triposr.forget_defaults"):
        layout.operator(operator)


def preset_text(recipe: str) -> str:
    """The preset's file. As an undo step: Blender's own operator for presets is none."""
    return f"import bpy\n\nbpy.ops.triposr.use_recipe('EXEC_DEFAULT', True, recipe={recipe!r})\n"


def add_built_in_ones() -> None:
    """Called by register()."""
    bpy.utils.register_preset_path(BESIDE_THE_BUILT_IN_ONES)


def remove_built_in_ones() -> None:
    """Called by unregister()."""
    bpy.utils.unregister_preset_path(BESIDE_THE_BUILT_IN_ONES)
