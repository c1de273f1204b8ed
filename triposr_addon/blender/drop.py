# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures dropped onto a 3D View become objects that stand where they were dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import CollectionProperty, FloatVectorProperty, StringProperty

from ..photo_files import PHOTO_SUFFIXES
from . import session
from .batch import order_pictures
from .choose_picture import named_files
from .failures import PictureNotChosen
from .handover import tell_failure
from .landing import chosen_place
from .place_with_mouse import place_under

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_drop_pictures(bpy.types.Operator):
    """Make a mesh of each picture, standing at a place"""

    bl_idname = "triposr.drop_pictures"
    bl_label = "Image to Mesh"  # what the menu says that Blender opens at a drop
    bl_options = {"INTERNAL"}

    if TYPE_CHECKING:
        directory: str
        files: bpy.types.bpy_prop_collection[bpy.types.OperatorFileListElement]
        location: tuple[float, float, float]
    else:
        directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})
        files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
        location: FloatVectorProperty(
            name="Location",
            description="Where the first object stands; as the Object panel says, if it is not given",
            subtype="TRANSLATION",
            size=3,
            options={"SKIP_SAVE"},
        )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """The pointer says where."""
        place = place_under(context, (event.mouse_x, event.mouse_y))
        if place is not None:
            self.location = place
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Order them."""
        pictures = named_files(self.directory, self.files)
        if not pictures:
            tell_failure(self, session.current(), PictureNotChosen())
            return {"CANCELLED"}
        given = self.properties.is_property_set("location")
        x, y, z = self.location
        return order_pictures(self, context, pictures, (x, y, z) if given else chosen_place(context))


class TRIPOSR_FH_pictures(bpy.types.FileHandler):
    """What Blender offers for pictures that are dropped."""

    bl_idname = "TRIPOSR_FH_pictures"
    bl_label = "Image to Mesh"
    bl_import_operator = "triposr.drop_pictures"
    bl_file_extensions = ";".join(sorted(PHOTO_SUFFIXES))

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        """Onto a 3D View."""
        return context.area is not None and context.area.type == "VIEW_3D"
