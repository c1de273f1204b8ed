# SPDX-License-Identifier: GPL-3.0-or-later
"""Colour from Field: meshes that were sculpted, decimated or retopologised get the colours of a field again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import bpy
import numpy as np
from bpy.props import StringProperty

from ..array_file import read_arrays
from ..host.failures import HostFailure, ResultUnreadable, StorageUnwritable
from ..host.field_jobs import ColoursRequest, ColoursResult
from . import living_preview, session
from .colour_targets import Target, colour_settings_of, targets_of, why_no_colours
from .failures import MeshChanged, MeshInUse
from .living_object import mesh_by_number, why_in_use
from .living_ordering import OrdersOfFields
from .living_orders import ColourOrder, ColourTarget
from .living_questions import field_file
from .living_record import record_or_none
from .material import colour_material
from .mesh_arrays import Floats
from .mesh_object import COLOUR_ATTRIBUTE, ColourDomain, average_colour, write_colours
from .modal_hands import hands
from .session import Session
from .words import told

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class TRIPOSR_OT_colour_from_field(OrdersOfFields):
    """Colour the selected meshes by their own fields, or else by that of the chosen or the active object"""

    bl_idname = "triposr.colour_from_field"
    bl_label = "Colour from Field"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is something to colour, and a field to ask."""
        refusal = why_no_colours(context)
        cls.poll_message_set(told(refusal))
        return not refusal

    def order(self, running: Session, context: bpy.types.Context) -> ColourOrder:
        """Everything that is selected."""
        return order_colours(running, context)


class TRIPOSR_OT_take_in_colours(bpy.types.Operator):
    """Write the colours that were ordered to their meshes"""

    bl_idname = "triposr.take_in_colours"
    bl_label = "Colour from Field"  # the name of the undo step
    bl_options = {"UNDO", "INTERNAL"}

    if TYPE_CHECKING:
        order: str
    else:
        order: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, _context: bpy.types.Context) -> set[OperatorReturnItems]:
        """All meshes, or none where one of them fails. Whoever called reports it."""
        running = session.current()
        order = running.shaping.orders.pop(self.order, None)
        if not isinstance(order, ColourOrder):
            return {"CANCELLED"}
        try:
            return {"FINISHED"} if _take_in(running, order) else {"CANCELLED"}
        except HostFailure as failure:
            running.failure = failure
            return {"CANCELLED"}
        finally:
            _forget(running, order)


def order_colours(running: Session, context: bpy.types.Context) -> ColourOrder:
    """Ask for the colours of everything selected.

    Raises FieldLost, FieldFileMissing, FieldOfAnother, FieldOutOfReach, StorageUnwritable.
    """
    assert context.scene is not None
    assert context.view_layer is not None
    context.view_layer.update()  # a script may just have moved something
    living_preview.settle_worked_on()
    targets = targets_of(context)
    requests = _requests(targets)
    fields = running.fitting_generator().fields
    asked = [
        ColourTarget(fields.submit(request), target.mesh.session_uid, len(target.mesh.vertices), request.points)
        for request, target in zip(requests, targets, strict=True)
    ]
    domain, name = colour_settings_of(context.scene).domain, targets[0].mesh.name
    order = ColourOrder(tuple(asked), name, domain, hands(context))
    running.shaping.orders[order.jobs[0]] = order
    running.tick()
    return order


def _requests(targets: Iterable[Target]) -> list[ColoursRequest]:
    """One for each target. Where one of them can't be asked for, no file is left of the others."""
    requests: list[ColoursRequest] = []
    try:
        for target in targets:
            requests.append(_request(target))
    except HostFailure:
        for request in requests:
            request.points.unlink(missing_ok=True)
        raise
    return requests


def _request(target: Target) -> ColoursRequest:
    record = record_or_none(target.field_mesh)
    path = Path(bpy.app.tempdir, f"triposr_points_{secrets.token_hex(4)}.npz")
    field, points = field_file(target.field_mesh), target.points()
    try:
        np.savez(path, points=points)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StorageUnwritable(path.parent, error) from error
    symmetric = record is not None and record.settings.symmetry
    return ColoursRequest(field, path, target.thing.name, symmetric)


def _take_in(running: Session, order: ColourOrder) -> bool:
    """Whether there are colours now. Raises what the jobs failed of, ResultUnreadable, MeshChanged, MeshInUse."""
    ready: list[tuple[bpy.types.Mesh, Floats]] = []
    for target in order.targets:
        view = running.field_view(target.job)
        if view is not None and view.failure is not None:
            raise view.failure
        if view is None or not isinstance(view.result, ColoursResult):
            return False
        mesh = mesh_by_number(target.mesh)
        if mesh is None or len(mesh.vertices) != target.vertices:
            raise MeshChanged(view.request.name)
        if refusal := why_in_use(mesh):
            raise MeshInUse(refusal)
        ready.append((mesh, read_colours_file(view.result.colours, target.vertices)))
    for mesh, colours in ready:
        colour(mesh, colours, cast("ColourDomain", order.domain))
    running.failure, running.notice = (
        None,
        (told("{count} coloured", count=len(ready)) if len(ready) > 1 else told("{name}: coloured", name=order.name)),
    )
    return True


def _forget(running: Session, order: ColourOrder) -> None:
    for job in order.jobs:
        running.drop_field_job(job)
    order.remove_files()


def colour(mesh: bpy.types.Mesh, colours: Floats, domain: ColourDomain) -> None:
    """Write a colour [V, 3] for each vertex, or for each corner there, and a material where there is none."""
    living_preview.put_back(mesh)
    if domain == "CORNER":
        corners = np.empty(len(mesh.loops), np.int32)
        mesh.loops.foreach_get("vertex_index", corners)
        colours = colours[corners]
    write_colours(mesh, colours, domain)
    owners = living_preview.objects_of(mesh)
    if not any(slot.material for owner in owners for slot in owner.material_slots):
        material = colour_material(mesh.name, COLOUR_ATTRIBUTE, average_colour(colours))
        if len(mesh.materials):
            mesh.materials[0] = material
        else:
            mesh.materials.append(material)


def read_colours_file(path: Path, count: int) -> Floats:
    """The array `colours`, float32 [count, 3] in 0..1, of an .npz file. Raises ResultUnreadable."""
    try:
        colours: Floats = read_arrays(path, ("colours",))["colours"]
        if colours.dtype != np.float32 or colours.shape != (count, 3) or not np.isfinite(colours).all():
            raise ValueError(f"colours are {colours.dtype} {list(colours.shape)}, not float32 [{count}, 3]")
    except (OSError, ValueError) as error:
        raise ResultUnreadable(path, str(error)) from error
    return colours.clip(0.0, 1.0)
