# SPDX-License-Identifier: GPL-3.0-or-later
"""The button of the Turntable panel."""

from __future__ import annotations

from typing import cast

import bpy

from .. import session
from ..context_members import active_object, the_active_object
from ..field_carrier import Place, place_of
from ..living_preview import real_mesh
from ..words import told
from .asset_object import why_no_asset
from .settings import asset_settings_of
from .stage import Stage, settings_from
from .stage_operator import StageOperator
from .viewing import Viewed, Viewing, view_field


def why_no_views(context: bpy.types.Context) -> str:
    """Why the active object's field can't be looked at; empty where it can."""
    refusal = why_no_asset(context)
    if refusal or active_object(context) is None:
        return refusal
    mesh = real_mesh(cast("bpy.types.Mesh", active_object(context).data))
    return "" if place_of(mesh) is not Place.NOWHERE else "Only a mesh that TripoSR made, with its field"


class TRIPOSR_OT_render_views(StageOperator):
    """Look at the active object's field from all around, without lights: sprites, frames or a video of a turn"""

    bl_idname = "triposr.render_views"
    bl_label = "Render Field"
    # Not UNDO: nothing in the .blend changes.
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is a field."""
        refusal = why_no_views(context)
        cls.poll_message_set(told(refusal))
        return not refusal

    def stage(self, context: bpy.types.Context) -> Stage[Viewed]:
        """Of the active object."""
        assert context.scene is not None
        thing = the_active_object(context)
        wished = settings_from(asset_settings_of(context.scene).views, Viewing)
        return view_field(session.current(), thing, wished)
