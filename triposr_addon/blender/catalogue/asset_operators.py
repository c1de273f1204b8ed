# SPDX-License-Identifier: GPL-3.0-or-later
"""To Asset Browser, and Link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty

from ..asset.stage import Stage
from .import_operators import OfChosenItems
from .library import Library
from .shelving import ShelvedItems, shelve_items


class _Shelves(OfChosenItems):
    """What both buttons do; `link`: into the scene, too."""

    link = False

    if TYPE_CHECKING:
        register: bool
    else:
        register: BoolProperty(
            name="Show in Asset Browser",
            description="Add the library's folder to the asset libraries in Blender's preferences, if it is not there",
            default=True,
            options={"SKIP_SAVE"},
        )

    def stage_of(self, context: bpy.types.Context, library: Library, numbers: list[int]) -> Stage[ShelvedItems]:
        """One undo step."""
        return shelve_items(context, library, numbers, register=self.register, link=self.link)


class TRIPOSR_OT_shelve_from_catalogue(_Shelves):
    """Write the chosen pictures' meshes into assets.blend beside the catalogue, for the Asset Browser"""

    bl_idname = "triposr.shelve_from_catalogue"
    bl_label = "To Asset Browser"


class TRIPOSR_OT_link_from_catalogue(_Shelves):
    """Write them as assets, and link them here: objects to be placed, whose meshes stay in the library"""

    bl_idname = "triposr.link_from_catalogue"
    bl_label = "Link"
    link = True
