# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving a mesh's field out of the .blend, bringing it in again, or dropping it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ..host.failures import HostFailure
from . import field_carrier
from .failures import FieldLost, FieldOfAnother
from .field_carrier import Place, place_of
from .living_object import active_living_mesh, why_no_field, why_not
from .living_record import record_or_none
from .paths import path_or_none
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_move_field_out(bpy.types.Operator):
    """Write the field to a file beside the .blend and take it out of the .blend, which gets about a megabyte smaller"""

    bl_idname = "triposr.move_field_out"
    bl_label = "Move Out"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a field that is inside, and only where there is a place beside the .blend."""
        refusal = why_no_field(context)
        if not refusal and place_of(active_living_mesh(context)) is not Place.INSIDE:
            refusal = "The field is in a file already"
        if not refusal and not bpy.data.filepath:
            refusal = "Save the .blend first: the field file goes beside it"
        cls.poll_message_set(told(refusal))
        return not refusal

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Write, then forget the bytes."""
        mesh = active_living_mesh(context)
        sharing = len(field_carrier.sharers(mesh))
        try:
            path = field_carrier.move_out(mesh, Path(bpy.data.filepath).parent, mesh.name)
        except HostFailure as failure:
            return _told(self, failure)
        where = "The field is in {file} now, for all {sharing} meshes that share it"
        alone = "The field is in {file} now"
        self.report({"INFO"}, told(where if sharing > 1 else alone, file=path.name, sharing=sharing))
        return {"FINISHED"}


class TRIPOSR_OT_bring_field_in(bpy.types.Operator):
    """Keep the field in the .blend again; the file that it is in stays where it is"""

    bl_idname = "triposr.bring_field_in"
    bl_label = "Bring In"
    bl_options = {"UNDO"}

    if TYPE_CHECKING:
        filepath: str
        filter_glob: str
    else:
        filepath: StringProperty(
            name="Field File",
            description="The mesh's own field file. Empty: the one that it was moved out to",
            subtype="FILE_PATH",
            options={"SKIP_SAVE"},
        )
        filter_glob: StringProperty(default="*.safetensors", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where it is not in there."""
        refusal = why_not(context)
        if not refusal and place_of(active_living_mesh(context)) is Place.INSIDE:
            refusal = "The field is in the .blend already"
        cls.poll_message_set(told(refusal))
        return not refusal

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Ask for the file only where it is not known, or not there."""
        known = field_carrier.file_of(active_living_mesh(context))
        if known is not None and known.is_file():
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Read it, and take it only if it is this mesh's own."""
        mesh = active_living_mesh(context)
        try:
            field_carrier.bring_in(mesh, mesh.name, _own_field(mesh, path_or_none(self.filepath)))
        except HostFailure as failure:
            return _told(self, failure)
        return {"FINISHED"}


class TRIPOSR_OT_drop_field(bpy.types.Operator):
    """Forget the field: the mesh stays as it is, but no other detail can be made from it any more"""

    bl_idname = "triposr.drop_field"
    bl_label = "Drop"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is one."""
        refusal = why_no_field(context)
        cls.poll_message_set(told(refusal))
        return not refusal

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Forget it."""
        field_carrier.drop(active_living_mesh(context))
        return {"FINISHED"}


def _own_field(mesh: bpy.types.Mesh, chosen: Path | None) -> bytes:
    """Raises FieldLost, FieldFileMissing, FieldOfAnother."""
    path, record = chosen or field_carrier.file_of(mesh), record_or_none(mesh)
    if path is None or record is None:
        raise FieldLost(mesh.name)
    data = field_carrier.read_field_file(path, chosen=chosen is not None)
    if field_carrier.fingerprint(data) != record.field:
        raise FieldOfAnother(path, mesh.name)
    return data


def _told(operator: bpy.types.Operator, failure: HostFailure) -> set[OperatorReturnItems]:
    """In the status bar, and as RuntimeError for a script."""
    operator.report({"ERROR"}, failure.sentence)
    return {"CANCELLED"}
