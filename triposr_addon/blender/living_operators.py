# SPDX-License-Identifier: GPL-3.0-or-later
"""The living mesh's buttons: look, go back, make it in full detail. From a script they come back when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from . import living_follow, session
from .context_members import active_object
from .living_object import active_living_mesh, living_mesh_or_none, why_no_other_shape, why_not
from .living_ordering import OrdersOfFields
from .living_orders import MeshOrder
from .living_preview import preview_or_none, previews
from .living_questions import order_mesh
from .redraw import redraw_panels
from .session import Session
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class _OfAField:
    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for a mesh with its field that nobody is editing."""
        refusal = why_no_other_shape(context)
        cls.poll_message_set(told(refusal))  # type: ignore[attr-defined]  # an operator's
        return not refusal


class TRIPOSR_OT_preview_mesh(_OfAField, bpy.types.Operator):
    """Show the active object as its settings say, in low detail. Back, or Escape, brings the mesh itself back"""

    bl_idname = "triposr.preview_mesh"
    bl_label = "Preview"
    # Not UNDO: the mesh is not touched.
    bl_options = set()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """From the panel: ask, and come back at once."""
        living_follow.begin_preview(session.current(), active_living_mesh(context))
        return {"FINISHED"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """From a script: come back when it is shown."""
        running, mesh = session.current(), active_living_mesh(context)
        living_follow.begin_preview(running, mesh)
        living_follow.wait_for_preview(running)
        failure = running.shaping.failures.get(mesh.session_uid)
        if failure is not None:
            self.report({"ERROR"}, failure.sentence)
            return {"CANCELLED"}
        return {"FINISHED"}


class TRIPOSR_OT_preview_back(bpy.types.Operator):
    """Bring the mesh itself back, exactly as it was, and the settings that it was made with"""

    bl_idname = "triposr.preview_back"
    bl_label = "Back"
    bl_options = set()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is something to go back from."""
        refusal, mesh = why_not(context), living_mesh_or_none(active_object(context))
        if not refusal and mesh is not None and not _is_changed(mesh):
            refusal = "The mesh is as it was made, and so are its settings"
        cls.poll_message_set(told(refusal))
        return not refusal

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Forget preview and wishes."""
        living_follow.go_back(session.current(), active_living_mesh(context))
        return {"FINISHED"}


class TRIPOSR_OT_leave_preview(bpy.types.Operator):
    """Escape: bring the mesh itself back, where a preview is shown"""

    bl_idname = "triposr.leave_preview"
    bl_label = "Leave Preview"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Nothing else of what Escape does is taken away."""
        if not previews():
            cls.poll_message_set(told("No preview is shown"))
            return False
        return bool(TRIPOSR_OT_preview_back.poll(context))

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """As Back does."""
        living_follow.go_back(session.current(), active_living_mesh(context))
        redraw_panels(context)
        return {"FINISHED"}


class TRIPOSR_OT_re_extract(_OfAField, OrdersOfFields):
    """Make the mesh again from its field in full detail, in place: name, transform, modifiers and material stay"""

    bl_idname = "triposr.re_extract"
    bl_label = "Re-extract"

    def order(self, running: Session, context: bpy.types.Context) -> MeshOrder:
        """The active object's mesh."""
        return order_mesh(running, active_living_mesh(context))


class TRIPOSR_OT_cancel_re_extract(bpy.types.Operator):
    """Stop making the active object's mesh again; it stays as it is"""

    bl_idname = "triposr.cancel_re_extract"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only while it is being made."""
        mesh, running = living_mesh_or_none(active_object(context)), session.current()
        if mesh is None or running.shaping.order_for(mesh.session_uid) is None:
            cls.poll_message_set(told("This mesh is not being made again"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Forget the order."""
        running = session.current()
        order = running.shaping.order_for(active_living_mesh(context).session_uid)
        if order is not None:
            living_follow.cancel(running, order)
        return {"FINISHED"}


def _is_changed(mesh: bpy.types.Mesh) -> bool:
    shaping = session.current().shaping
    under_way = shaping.preview is not None and shaping.preview.mesh == mesh.session_uid
    wished = mesh.session_uid in shaping.wishes or mesh.session_uid in shaping.failures
    return under_way or wished or preview_or_none(mesh) is not None
