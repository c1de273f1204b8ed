# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons for levels of detail and colliders."""

from __future__ import annotations

import bpy

from .. import session
from ..context_members import the_active_object
from .colliders import CollidersMade, Colliding, make_colliders
from .levels import Levels, LevelsMade, make_levels
from .settings import TRIPOSR_PG_asset, asset_settings_of
from .stage import Stage, settings_from
from .stage_operator import OfAnAsset, StageOperator


class TRIPOSR_OT_make_levels(OfAnAsset, StageOperator):
    """Make levels of detail of the active object, decimated from what the 3D View shows. The object itself is hidden"""

    bl_idname = "triposr.make_levels"
    bl_label = "Make LODs"

    def stage(self, context: bpy.types.Context) -> Stage[LevelsMade]:
        """Of the active object, or of what it is a level of."""
        assert context.scene is not None
        thing = the_active_object(context)
        wished = settings_from(asset_settings_of(context.scene).levels, Levels)
        return make_levels(session.current(), context, thing, wished)


class TRIPOSR_OT_make_colliders(OfAnAsset, StageOperator):
    """Make colliders for the active object, named for the engine, and hang them on its LOD0"""

    bl_idname = "triposr.make_colliders"
    bl_label = "Make Collider"

    def stage(self, context: bpy.types.Context) -> Stage[CollidersMade]:
        """For the active object, or for what it is a part of."""
        assert context.scene is not None
        thing = the_active_object(context)
        wished = colliding_from(asset_settings_of(context.scene))
        return make_colliders(session.current(), context, thing, wished)


def colliding_from(settings: TRIPOSR_PG_asset) -> Colliding:
    """The settings of the stage; the engine is that of the whole asset."""
    group = settings.colliders
    return Colliding(group.kind, group.vertices, group.parts, settings.engine)
