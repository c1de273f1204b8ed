# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the Geometry panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .. import session
from ..context_members import active_object, the_active_object
from ..words import told
from .asset_object import why_no_asset
from .budget import Budget, Budgeted, keep_budget, make_real
from .cleaning import Cleaning
from .geometry import CleanedObject, clean_object, look_at
from .settings import asset_settings_of
from .stage import Stage, settings_from
from .stage_operator import OfAnAsset, StageOperator
from .verdict import verdict_words

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_clean_geometry(OfAnAsset, StageOperator):
    """Clean the active object's mesh as the settings say, and look at what it is worth; it becomes triangles"""

    bl_idname = "triposr.clean_geometry"
    bl_label = "Clean Geometry"

    def stage(self, context: bpy.types.Context) -> Stage[CleanedObject]:
        """On the active object."""
        assert context.scene is not None
        thing = the_active_object(context)
        wished = settings_from(asset_settings_of(context.scene).cleaning, Cleaning)
        return clean_object(session.current(), thing, context.scene, wished)


class TRIPOSR_OT_check_geometry(OfAnAsset, bpy.types.Operator):
    """Look at the active object's mesh: watertight or not, parts, handles, open edges, self-intersections, size"""

    bl_idname = "triposr.check_geometry"
    bl_label = "Check Geometry"
    # Not UNDO: nothing changes.
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """About a second for 200,000 triangles."""
        assert context.scene is not None
        thing = the_active_object(context)
        self.report({"INFO"}, verdict_words(look_at(session.current(), thing, context.scene)))
        return {"FINISHED"}


class TRIPOSR_OT_keep_budget(OfAnAsset, StageOperator):
    """Bring the active object's mesh to the budget of faces. Its colours come from its field again, where it has one"""

    bl_idname = "triposr.keep_budget"
    bl_label = "Keep Budget"

    def stage(self, context: bpy.types.Context) -> Stage[Budgeted]:
        """On the active object."""
        assert context.scene is not None
        thing = the_active_object(context)
        wished = settings_from(asset_settings_of(context.scene).budget, Budget)
        return keep_budget(session.current(), context, thing, wished)


class TRIPOSR_OT_apply_budget(OfAnAsset, StageOperator):
    """Apply the modifiers that the 3D View shows, and colour the new vertices from the field"""

    bl_idname = "triposr.apply_budget"
    bl_label = "Apply"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is something to apply."""
        thing = active_object(context)
        refusal = why_no_asset(context)
        if not refusal and not any(
            modifier.show_viewport for modifier in (thing.modifiers if thing is not None else ())
        ):
            refusal = "The 3D View shows no modifier of this object"
        cls.poll_message_set(told(refusal))
        return not refusal

    def stage(self, context: bpy.types.Context) -> Stage[Budgeted]:
        """On the active object."""
        thing = the_active_object(context)
        return make_real(session.current(), context, thing)
