# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a mesh's field: another mesh, roughly to look at or in full detail to stay."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import bpy

from ..host.failures import StorageUnwritable
from ..host.field_jobs import ExtractRequest
from ..host.storage import FIELD_ENDING
from ..protocol import SurfaceSettings
from .failures import FieldLost, FieldOfAnother
from .field_carrier import Place, field_bytes, file_of, fingerprint, place_of
from .file_names import file_stem
from .living_orders import MeshOrder
from .living_record import record_or_none
from .modal_hands import hands
from .session import Session

PREVIEW_NODES, COARSE_NODES = 129, 65
"""129 is the least for which only nodes near the surface are asked, and costs less than 66 to 128."""
QUICK_SECONDS = 0.3
"""A best preview that takes longer comes after a coarse one."""


def wished_settings(running: Session, mesh: bpy.types.Mesh) -> SurfaceSettings:
    """What the sliders say of a mesh. Raises FieldLost where it has no record."""
    record = record_or_none(mesh)
    if record is None:
        raise FieldLost(mesh.name)
    return running.shaping.wishes.get(mesh.session_uid, record.settings)


def finest_nodes(wished: SurfaceSettings) -> int:
    """How many nodes on a side the best preview of these settings has."""
    return PREVIEW_NODES if wished.resolution >= PREVIEW_NODES - 1 else min(wished.resolution, COARSE_NODES)


def first_nodes(running: Session, wished: SurfaceSettings) -> int:
    """How many the first preview has after a change: few where the best one is known to take long, or not known."""
    took, finest = running.shaping.finest_took, finest_nodes(wished)
    return finest if took is not None and took <= QUICK_SECONDS else min(finest, COARSE_NODES)


def preview_settings(wished: SurfaceSettings, nodes: int) -> SurfaceSettings:
    """The same with so many nodes and quickly placed vertices."""
    return dataclasses.replace(wished, resolution=nodes, exact=False, interpolation="log-density")


def ask_preview(running: Session, mesh: bpy.types.Mesh, nodes: int | None = None) -> MeshOrder:
    """Have a preview made; it replaces one that is under way. nodes: on a side; None for the first one to show.

    Raises FieldLost, FieldFileMissing, FieldOfAnother, StorageUnwritable.
    """
    wished = wished_settings(running, mesh)
    settings = preview_settings(wished, nodes or first_nodes(running, wished))
    request = ExtractRequest(field_file(mesh), mesh.name, settings, subject=f"preview {mesh.session_uid}")
    order = dataclasses.replace(_submitted(running, mesh, request, wished), nodes=settings.resolution)
    drop_preview(running)
    running.shaping.preview = order
    running.tick()
    return order


def drop_preview(running: Session) -> None:
    """Nobody waits for the preview any more that is under way."""
    if running.shaping.preview is not None:
        running.drop_field_job(running.shaping.preview.job)
        running.shaping.preview = None


def order_mesh(running: Session, mesh: bpy.types.Mesh) -> MeshOrder:
    """Have the mesh made in full detail; it replaces one that is under way. Raises as ask_preview does."""
    wished = wished_settings(running, mesh)
    request = ExtractRequest(field_file(mesh), mesh.name, wished, subject=f"mesh {mesh.session_uid}")
    order = _submitted(running, mesh, request, wished)
    drop_preview(running)
    former = running.shaping.order_for(mesh.session_uid)
    if former is not None:
        running.drop_field_job(running.shaping.orders.pop(former.job).jobs[0])
    running.shaping.orders[order.job] = order
    running.tick()
    return order


def field_file(mesh: bpy.types.Mesh) -> Path:
    """A copy of the mesh's field for the worker, in this Blender's own temporary folder.

    Raises FieldLost, FieldFileMissing, FieldOfAnother, StorageUnwritable.
    """
    data = field_bytes(mesh)
    mark, record = fingerprint(data), record_or_none(mesh)
    outside = file_of(mesh) if place_of(mesh) is Place.FILE else None
    if outside is not None and record is not None and mark != record.field:
        raise FieldOfAnother(outside, mesh.name)
    folder = Path(bpy.app.tempdir, "triposr_fields", mark[:16])
    path = folder / f"{file_stem(mesh.name)}{FIELD_ENDING}"
    try:
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(path.name + ".partial")
            aside.write_bytes(data)
            aside.replace(path)
    except OSError as error:
        raise StorageUnwritable(folder, error) from error
    return path


def _submitted(running: Session, mesh: bpy.types.Mesh, request: ExtractRequest, wished: SurfaceSettings) -> MeshOrder:
    job = running.fitting_generator().fields.submit(request)
    return MeshOrder(job, mesh.session_uid, mesh.name, wished, busy_hands=hands(bpy.context))
