# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the Asset Browser panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty

from .. import session
from .export_operators import chosen_assets
from .settings import asset_settings_of
from .shelving import Shelved, Shelving, shelve
from .stage import Stage, settings_from
from .stage_operator import OfAnAsset, StageOperator


class _Shelves(OfAnAsset, StageOperator):
    """What both buttons do; `write`: also into a library."""

    write = False

    if TYPE_CHECKING:
        whole_collection: bool
    else:
        whole_collection: BoolProperty(
            name="Whole Collection",
            description="Take every asset in the active object's collection, not only those that are selected",
            default=False,
            options={"SKIP_SAVE"},
        )

    def stage(self, context: bpy.types.Context) -> Stage[Shelved]:
        """On what is selected."""
        assert context.scene is not None
        wished = settings_from(asset_settings_of(context.scene).library, Shelving)
        assets = chosen_assets(context, whole_collection=self.whole_collection)
        return shelve(session.current(), assets, wished, write=self.write)


class TRIPOSR_OT_mark_asset(_Shelves):
    """Make the selected objects assets of this file, with a picture of their field, tags and a catalogue"""

    bl_idname = "triposr.mark_asset"
    bl_label = "Mark as Asset"


class TRIPOSR_OT_write_library(_Shelves):
    """Mark the selected objects as assets, and write them all into one .blend for the Asset Browser"""

    bl_idname = "triposr.write_library"
    bl_label = "Write Library"
    write = True
