# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new file starts with, where the artist wants other settings than the extension's own.

They are set in the scenes of a file that has no name yet, and only where nothing was set before: an opened file, and a
startup file with settings of its own, stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import bpy
from bpy.app.handlers import persistent

from . import cutout_follow, session
from .make_again import tell_refused
from .properties import SCENE_PROPERTY, settings_of
from .recipe import as_text, from_text, is_untouched, recipe_of, use_factory_values, use_recipe
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

    from .properties import TRIPOSR_PG_settings

NONE_KEPT = "No settings are kept as your defaults"


class TRIPOSR_OT_save_defaults(bpy.types.Operator):
    """Let new files start with the settings that the panel has now"""

    bl_idname = "triposr.save_defaults"
    bl_label = "Save as My Defaults"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Into the preferences, which Blender saves as it does with all of them."""
        _keep(context, as_text(recipe_of(settings_of(context))))
        self.report({"INFO"}, "New files start with these settings")
        return {"FINISHED"}


class TRIPOSR_OT_forget_defaults(bpy.types.Operator):
    """Let new files start with the extension's own settings again. This file stays as it is"""

    bl_idname = "triposr.forget_defaults"
    bl_label = "Forget My Defaults"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where there are some."""
        if not session.current().preferences().scene_defaults:
            cls.poll_message_set(told(NONE_KEPT))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Out of the preferences."""
        _keep(context, "")
        return {"FINISHED"}


class TRIPOSR_OT_use_defaults(bpy.types.Operator):
    """Set the panel to your defaults, or to the extension's own settings where you have none"""

    bl_idname = "triposr.use_defaults"
    bl_label = "Back to Defaults"
    bl_options = {"UNDO"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """The picture and its mask stay."""
        settings = settings_of(context)
        use_factory_values(settings)
        refused = _use_kept(settings)
        cutout_follow.show_on_change(settings, context)
        if refused:
            tell_refused(self, refused)
        return {"FINISHED"}


@persistent  # type: ignore[untyped-decorator]  # the stubs say nothing of it
def start_new_file(opened: str, *_ignored: Any) -> None:
    """Called after a file was opened: `opened` is its name, empty for a new one. What was recovered has one, too."""
    if opened or session.current_or_none() is None:
        return
    for scene in bpy.data.scenes:
        settings = cast("TRIPOSR_PG_settings", getattr(scene, SCENE_PROPERTY))
        if is_untouched(settings):
            _use_kept(settings)


def add() -> None:
    """Called by register()."""
    bpy.app.handlers.load_post.append(start_new_file)


def remove() -> None:
    """Called by unregister()."""
    bpy.app.handlers.load_post.remove(start_new_file)


def _use_kept(settings: TRIPOSR_PG_settings) -> list[str]:
    """What could not be set. Preferences that a newer version kept, or that somebody broke, set nothing."""
    kept = session.current().preferences().scene_defaults
    try:
        return use_recipe(settings, from_text(kept)) if kept else []
    except ValueError as error:
        return [str(error)]


def _keep(context: bpy.types.Context, recipe: str) -> None:
    session.current().preferences().scene_defaults = recipe
    context.preferences.is_dirty = True
