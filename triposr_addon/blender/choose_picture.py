# SPDX-License-Identifier: GPL-3.0-or-later
"""A file browser that shows pictures as pictures. The path field's own browser shows every file, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from .properties import settings_of

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_choose_picture(bpy.types.Operator):
    """Choose the picture to make a mesh of"""

    bl_idname = "triposr.choose_picture"
    bl_label = "Choose Picture"
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        filepath: str
        filter_image: bool
        filter_folder: bool
    else:
        filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
        filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
        filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Open the browser beside the picture that is chosen now."""
        self.filepath = bpy.path.abspath(settings_of(context).image_path)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Take the chosen file."""
        settings_of(context).image_path = self.filepath
        return {"FINISHED"}
