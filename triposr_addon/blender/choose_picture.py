# SPDX-License-Identifier: GPL-3.0-or-later
"""File browsers that show pictures as pictures. The path field's own browser shows every file, by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, CollectionProperty, StringProperty

from .batch import order_pictures
from .landing import chosen_place
from .properties import settings_of

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_choose_picture(bpy.types.Operator):
    """Choose the picture to make a mesh of. Of several, a mesh is made of each at once"""

    bl_idname = "triposr.choose_picture"
    bl_label = "Choose Picture"
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        filepath: str
        directory: str
        files: bpy.types.bpy_prop_collection[bpy.types.OperatorFileListElement]
        filter_image: bool
        filter_folder: bool
    else:
        filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
        directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})
        files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
        filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
        filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Open the browser beside the picture that is chosen now."""
        self.filepath = bpy.path.abspath(settings_of(context).image_path)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Take the chosen file; of several the first one, and order all of them."""
        pictures = named_files(self.directory, self.files)
        # A file name that is typed into the browser is in `filepath` alone, and a script may give only `files`.
        by_files = len(pictures) > 1 or (pictures and not self.filepath)
        settings_of(context).image_path = str(pictures[0]) if by_files else self.filepath
        if len(pictures) > 1:
            return order_pictures(self, context, pictures, chosen_place(context))
        return {"FINISHED"}


def named_files(directory: str, files: Iterable[bpy.types.OperatorFileListElement]) -> list[Path]:
    """The files that a browser or a drop names; none where it names only the folder."""
    return [Path(bpy.path.abspath(directory), file.name) for file in files if file.name]
