# SPDX-License-Identifier: GPL-3.0-or-later
"""The button of the Export panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty

from ..context_members import active_object, selected_objects
from .export_parts import AssetParts, assets_among
from .exporting import Export, Exported, export_assets
from .settings import asset_settings_of
from .stage import Stage, settings_from
from .stage_operator import OfAnAsset, StageOperator


def chosen_assets(context: bpy.types.Context, *, whole_collection: bool) -> list[AssetParts]:
    """The assets that are selected, or all in the active object's collection."""
    thing = active_object(context)
    if whole_collection and thing is not None and thing.users_collection:
        return assets_among(thing.users_collection[0].all_objects)
    return assets_among(selected_objects(context) or ([thing] if thing is not None else []))


class TRIPOSR_OT_export_asset(OfAnAsset, StageOperator):
    """Write the selected assets for the chosen engine, each into files of its own, with a sidecar of figures (.json)"""

    bl_idname = "triposr.export_asset"
    bl_label = "Export Asset"
    # Not UNDO: nothing in the .blend changes.
    bl_options = {"REGISTER"}

    if TYPE_CHECKING:
        whole_collection: bool
    else:
        whole_collection: BoolProperty(
            name="Whole Collection",
            description="Export every asset in the active object's collection, not only those that are selected",
            default=False,
            options={"SKIP_SAVE"},
        )

    def stage(self, context: bpy.types.Context) -> Stage[Exported]:
        """On what is selected."""
        assert context.scene is not None
        settings = asset_settings_of(context.scene)
        assets: Sequence[AssetParts] = chosen_assets(context, whole_collection=self.whole_collection)
        return export_assets(context, assets, settings_from(settings.export, Export), settings.engine)
