# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the Geometry panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .. import session
from ..words import told
from .asset_object import why_no_asset
from .cleaning import Cleaning
from .geometry import CleanedObject, clean_object, look_at
from .settings import asset_settings_of
from .stage import Stage, settings_from
from .stage_operator import StageOperator
from .verdict import verdict_words

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class OfAnAsset:
    """An operator on the active object's mesh."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for a mesh that nobody is editing."""
        refusal = why_no_asset(context)
        cls.poll_message_set(told(refusal))  # type: ignore[attr-defined]  # an operator's
        return not refusal


class TRIPOSR_OT_clean_geometry(OfAnAsset, StageOperator):
    """Clean the active object's mesh as the settings say, and look at what it is worth; it becomes triangles"""

    bl_idname = "triposr.clean_geometry"
    bl_label = "Clean Geometry"

    def stage(self, context: bpy.types.Context) -> Stage[CleanedObject]:
        """On the active object."""
        assert context.scene is not None
        assert context.object is not None
        wished = settings_from(asset_settings_of(context.scene).cleaning, Cleaning)
        return clean_object(session.current(), context.object, context.scene, wished)

    def tell(self, _context: bpy.types.Context, result: CleanedObject) -> str:
        """What was done, and the verdict."""
        return result.words


class TRIPOSR_OT_check_geometry(OfAnAsset, bpy.types.Operator):
    """Look at the active object's mesh: watertight or not, parts, handles, open edges, self-intersections, size"""

    bl_idname = "triposr.check_geometry"
    bl_label = "Check Geometry"
    # Not UNDO: nothing changes.
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """About a second for 200,000 triangles."""
        assert context.scene is not None
        assert context.object is not None
        self.report({"INFO"}, verdict_words(look_at(session.current(), context.object, context.scene)))
        return {"FINISHED"}
