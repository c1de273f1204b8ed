# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer of a field is there: a preview is shown, or a mesh in full detail takes the old one's place for good."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import bpy
import numpy as np
from bpy.props import StringProperty

from ..host.failures import HostFailure
from ..host.field_jobs import FieldJobView, MeshResult
from . import living_preview, session
from .context_members import active_object
from .failures import MeshChanged, MeshInUse
from .living_object import mesh_by_number, why_in_use
from .living_orders import MeshOrder, Shown
from .living_record import LivingRecord, moved, placement_now, record_or_none, write_record
from .mesh_arrays import Doubles, MeshArrays, read_mesh_file
from .mesh_object import refill
from .modifiers import let_decimate_wait, waiting_modifiers
from .provenance import PREFIX
from .session import Session
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def show_preview(running: Session, order: MeshOrder, view: FieldJobView) -> None:
    """Show it, unless its mesh is gone. Raises the job's failure, ResultUnreadable, MeshInUse."""
    arrays, real = _arrays_or_none(view), mesh_by_number(order.mesh)
    if arrays is None or real is None:
        return
    _refuse_in_use(real)
    living_preview.settle_worked_on()  # before it is asked where the mesh lies
    living_preview.show(real, placed(arrays, placement_now(real)))
    running.shaping.shown[order.mesh] = Shown(order.settings, order.nodes, view.seconds)


class TRIPOSR_OT_take_in_mesh(bpy.types.Operator):
    """Put the mesh that was ordered in the place of the one that it was ordered for"""

    bl_idname = "triposr.take_in_mesh"
    bl_label = "Re-extract"  # the name of the undo step
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        order: str
    else:
        order: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Whoever called reports it: what a called operator says reaches nobody."""
        running = session.current()
        order, view = running.shaping.orders.pop(self.order, None), running.field_view(self.order)
        try:
            taken = isinstance(order, MeshOrder) and view is not None and _take_in(running, order, view)
        except HostFailure as failure:
            running.failure = failure
            return {"CANCELLED"}
        finally:
            running.drop_field_job(self.order)
        return {"FINISHED"} if taken else {"CANCELLED"}


def placed(arrays: MeshArrays, placement: Doubles) -> MeshArrays:
    """The mesh through a matrix [4, 4]; its triangles still face outwards where that is a mirror."""
    vertices = moved(arrays.vertices.astype(np.float64), placement).astype(np.float32)
    mirrors = np.linalg.det(placement[:3, :3]) < 0.0
    triangles = np.ascontiguousarray(arrays.triangles[:, ::-1]) if mirrors else arrays.triangles
    return dataclasses.replace(arrays, vertices=vertices, triangles=triangles)


def _take_in(running: Session, order: MeshOrder, view: FieldJobView) -> bool:
    """Whether there is another mesh now. Raises the job's failure, ResultUnreadable, MeshChanged, MeshInUse."""
    arrays, mesh = _arrays_or_none(view), mesh_by_number(order.mesh)
    if arrays is None:
        return False
    record = record_or_none(mesh) if mesh is not None else None
    if mesh is None or record is None:
        raise MeshChanged(order.name)
    _refuse_in_use(mesh)
    living_preview.put_back(mesh)
    placement, before = placement_now(mesh), len(mesh.polygons)
    _forget_shape_keys(mesh)
    refill(mesh, placed(arrays, placement))
    write_record(mesh, LivingRecord(placement, order.settings, record.field))
    _tell_provenance(mesh, order)
    notice = told(
        "{name}: {count:,} triangles in {seconds:.1f} s",
        name=mesh.name,
        count=len(arrays.triangles),
        seconds=view.seconds,
    )
    for thing in living_preview.objects_of(mesh):
        let_decimate_wait(thing, before)
        notice += waiting_modifiers(thing) if thing == active_object(bpy.context) else ""
    if running.shaping.wishes.get(order.mesh) in (None, order.settings):
        running.shaping.forget_wishes(order.mesh)  # else a slider was moved meanwhile
    running.failure, running.notice = None, notice
    return True


def _arrays_or_none(view: FieldJobView) -> MeshArrays | None:
    """The mesh of a job that is over; None after Cancel. Raises the job's failure, ResultUnreadable."""
    if view.failure is not None:
        raise view.failure
    return read_mesh_file(view.result.mesh) if isinstance(view.result, MeshResult) else None


def _refuse_in_use(mesh: bpy.types.Mesh) -> None:
    refusal = why_in_use(mesh)
    if refusal:
        raise MeshInUse(refusal)


def _forget_shape_keys(mesh: bpy.types.Mesh) -> None:
    """They are places of vertices that go."""
    owner = next(iter(living_preview.objects_of(mesh)), None)
    if mesh.shape_keys is not None and owner is not None:
        owner.shape_key_clear()


def _tell_provenance(mesh: bpy.types.Mesh, order: MeshOrder) -> None:
    """The objects' own properties say which settings made them, and which ones would make them again."""
    for thing in living_preview.objects_of(mesh):
        for stored in (thing.get(PREFIX + "settings"), thing.get(PREFIX + "recipe")):
            known = set(stored.keys()) if hasattr(stored, "keys") else set()
            for name, value in dataclasses.asdict(order.settings).items():
                if name in known:
                    stored[name] = value
