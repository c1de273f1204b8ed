# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Game Asset: the button for all stages."""

from __future__ import annotations

import bpy

from .. import session
from ..context_members import active_object, selected_objects
from ..words import told
from .asset_collection import COLLIDER
from .asset_object import why_no_asset, why_not_shaped
from .budget import Budget
from .cleaning import Cleaning
from .exporting import Export, export_folder
from .level_operators import colliding_from
from .levels import Levels
from .making import AssetsMade, Making, make_assets
from .settings import TRIPOSR_PG_asset, asset_settings_of
from .stage import Stage, settings_from
from .stage_operator import StageOperator
from .texturing import Texturing
from .unwrapping import why_no_unwrapping


class TRIPOSR_OT_make_game_asset(StageOperator):
    """Make game assets of the selected meshes: clean, budget, levels of detail, texture, collider, files if wished"""

    bl_idname = "triposr.make_game_asset"
    bl_label = "Make Game Asset"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for meshes that nobody is editing."""
        refusal = why_no_asset(context)
        refusal = refusal or next((why for thing in chosen_meshes(context) if (why := why_not_shaped(thing))), "")
        refusal = refusal or why_no_unwrapping(context)
        cls.poll_message_set(told(refusal))
        return not refusal

    def stage(self, context: bpy.types.Context) -> Stage[AssetsMade]:
        """Of everything that is selected, else of the active object. Raises ExportFolderMissing."""
        assert context.scene is not None
        wished = making_from(asset_settings_of(context.scene))
        if wished.export is not None:
            export_folder(wished.export.folder)  # before all the work
        return make_assets(session.current(), context, chosen_meshes(context), wished)

    def tell(self, _context: bpy.types.Context, result: AssetsMade) -> str:
        """That it is made; of several, how many."""
        return result.brief


def chosen_meshes(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected meshes, colliders left out; else the active object."""
    things = [
        thing
        for thing in selected_objects(context)
        if isinstance(thing.data, bpy.types.Mesh) and COLLIDER not in thing.keys()  # noqa: SIM118  # the stubs know no `in`
    ]
    active = active_object(context)
    return things or ([active] if active is not None else [])


def making_from(settings: TRIPOSR_PG_asset) -> Making:
    """What the scene's settings ask for."""
    return Making(
        settings_from(settings.cleaning, Cleaning) if settings.making.clean else None,
        settings_from(settings.budget, Budget),
        settings_from(settings.levels, Levels),
        settings_from(settings.texture, Texturing) if settings.making.texture else None,
        colliding_from(settings),
        settings_from(settings.export, Export) if settings.making.export else None,
    )
