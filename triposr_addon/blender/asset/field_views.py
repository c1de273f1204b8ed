# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a mesh's field from all around, rendered by the worker; a part of what needs them."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...host.failures import ResultUnreadable
from ...host.views import ViewsRequest, ViewsResult
from ...protocol import ViewSettings
from ..living_questions import field_file
from ..living_record import record_or_none
from ..session import Session
from ..words import ui
from .stage import Stage, answers


@dataclass(frozen=True)
class FieldPictures:
    """PNG files in the order of the frames, and the sheet of all, if one was wanted. seconds: in the worker."""

    pictures: tuple[Path, ...]
    sheet: Path | None
    seconds: float


def field_pictures(
    running: Session, mesh: bpy.types.Mesh, settings: ViewSettings, folder: Path, columns: int = 0
) -> Stage[FieldPictures]:
    """Have the pictures in `folder`. The field is asked as the mesh was made: symmetric or not.

    Raises FieldLost, FieldFileMissing, FieldOfAnother, StorageUnwritable, what the worker fails of, OSError.
    """
    record = record_or_none(mesh)
    symmetric = record is not None and record.settings.symmetry
    wished = dataclasses.replace(settings, symmetry=symmetric)
    job = running.fitting_generator().fields.submit(ViewsRequest(field_file(mesh), mesh.name, wished, columns))
    try:
        (view,) = yield from answers(running, [job], ui("Render the field"))
        result = view.result
        if not isinstance(result, ViewsResult):
            raise ResultUnreadable(folder, f"{result}")
        pictures = tuple(Path(shutil.copy(picture, folder)) for picture in result.pictures)
        sheet = Path(shutil.copy(result.sheet, folder)) if result.sheet is not None else None
        return FieldPictures(pictures, sheet, sum(result.seconds.values()))
    finally:
        running.drop_field_job(job)
