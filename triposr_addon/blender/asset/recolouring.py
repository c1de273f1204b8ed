# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of a mesh's field at other vertices; a part of each stage that changes the shape."""

from __future__ import annotations

import secrets
from pathlib import Path

import bpy
import numpy as np

from ...host.failures import HostFailure, StorageUnwritable
from ...host.field_jobs import ColoursRequest, ColoursResult
from ..colour_from_field import read_colours_file
from ..field_carrier import Place, place_of
from ..living_questions import field_file
from ..living_record import moved, placement_now, record_or_none
from ..mesh_arrays import Doubles, Floats
from ..session import Session
from ..words import ui
from .stage import Stage, answers


def field_colours(running: Session, mesh: bpy.types.Mesh, places: Doubles) -> Stage[Floats | None]:
    """What the mesh's field has at places [N, 3] in the mesh's coordinates: colours [N, 3], sRGB, 0..1.

    None where it has no field, and where the field can't be asked: the log of the worker says why.
    """
    if record_or_none(mesh) is None or place_of(mesh) is Place.NOWHERE:
        return None
    try:
        return (yield from _asked(running, mesh, places))
    except HostFailure as failure:
        running.storage().worker_log.note(f"colours were carried over: {failure.code} {failure.sentence}")
        return None


def _asked(running: Session, mesh: bpy.types.Mesh, places: Doubles) -> Stage[Floats | None]:
    """Raises HostFailure."""
    record = record_or_none(mesh)
    path = Path(bpy.app.tempdir, f"triposr_points_{secrets.token_hex(4)}.npz")
    to_field = np.linalg.pinv(placement_now(mesh)).astype(np.float64)
    job = ""
    try:
        _write_points(path, np.ascontiguousarray(moved(places, to_field), np.float32))
        symmetric = record is not None and record.settings.symmetry
        request = ColoursRequest(field_file(mesh), path, mesh.name, symmetric)
        job = running.fitting_generator().fields.submit(request)
        (view,) = yield from answers(running, [job], ui("Colours from the field"))
        if not isinstance(view.result, ColoursResult):
            return None
        return read_colours_file(view.result.colours, len(places))
    finally:
        running.drop_field_job(job)
        path.unlink(missing_ok=True)


def _write_points(path: Path, points: Floats) -> None:
    """Raises StorageUnwritable."""
    try:
        np.savez(path, points=points)
    except OSError as error:
        raise StorageUnwritable(path.parent, error) from error
