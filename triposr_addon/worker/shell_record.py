# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command line keeps of a run: a log of its photos, and a contact sheet drawn from it."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triposr_addon.folder_log import FAILED, MADE, FolderLog, PictureLine, state_of
from triposr_addon.protocol import DrawSheet, ErrorReport, Review, Reviewed
from triposr_addon.worker.failures import OutputUnwritable
from triposr_addon.worker.field_to_mesh import ExtractedMesh
from triposr_addon.worker.framing import save_cutout
from triposr_addon.worker.image_to_field import ReconstructedPhoto
from triposr_addon.worker.memory_ladder import Outcome
from triposr_addon.worker.mesh_file import save_mesh
from triposr_addon.worker.review import make_review
from triposr_addon.worker.sheet import make_sheet
from triposr_addon.worker.steps import Steps


class ShellRecord:
    """Lines about photos, in the log where one is wanted; small pictures lie beside it, in the folder `pictures`.

    sheet: where a contact sheet is wanted. Without a log both come from a temporary folder.
    """

    def __init__(
        self, photos: Sequence[Path], settings: Mapping[str, Any], log: Path | None, sheet: Path | None
    ) -> None:
        self._folder = _common_folder(photos)
        self._settings = settings
        self._sheet = sheet
        self._passing = tempfile.TemporaryDirectory(prefix="triposr-record-")
        self._log = FolderLog(log or Path(self._passing.name) / "log.jsonl")

    def made(
        self, photo: Path, output: Path, field: Outcome[ReconstructedPhoto], mesh: Outcome[ExtractedMesh], steps: Steps
    ) -> None:
        """Review the mesh that was written to `output`, and write its line. Raises ReviewFailure, OutputUnwritable."""
        aside, pictures = Path(self._passing.name), self._log.path.parent / "pictures"
        name = hashlib.sha256(os.fsencode(photo.absolute())).hexdigest()[:16]
        try:
            pictures.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputUnwritable(f"The folder {pictures} can't be made. Choose another log.", repr(error)) from error
        files = aside / "mesh.npz", aside / "cutout.png"
        save_mesh(mesh.made.mesh, files[0])
        save_cutout(field.made.framed, files[1])
        drawing, thumbnail = pictures / f"{name}.drawing.png", pictures / f"{name}.cutout.png"
        answer = make_review(Review("", *map(str, (*files, drawing, thumbnail))), steps)
        line = dataclasses.replace(
            self._bare(photo, MADE),
            output=str(output.absolute()),
            seconds=dict(steps.seconds),
            warnings=(*field.warnings, *mesh.warnings),
            cutout=f"pictures/{thumbnail.name}",
            drawing=f"pictures/{drawing.name}",
            **told(answer),
        )
        self._append(line)

    def failed(self, photo: Path, report: ErrorReport) -> None:
        """Write its line. Raises OutputUnwritable."""
        self._append(dataclasses.replace(self._bare(photo, FAILED), code=report.code, sentence=report.sentence))

    def draw(self) -> list[str]:
        """The sheet's pages, where one is wanted. Raises OutputUnwritable."""
        if self._sheet is None:
            return []
        request = DrawSheet("", str(self._log.path), str(self._folder), str(self._sheet))
        return make_sheet(request, Steps(lambda *_told: None, lambda: False)).pages

    def close(self) -> None:
        """Remove what is temporary."""
        self._passing.cleanup()

    def _bare(self, photo: Path, status: str) -> PictureLine:
        state, now = state_of(photo), datetime.now(UTC).isoformat(timespec="seconds")
        name = photo.absolute().relative_to(self._folder).as_posix()
        return PictureLine(name, state.bytes, state.modified, now, status, settings=self._settings)

    def _append(self, line: PictureLine) -> None:
        try:
            self._log.append(line)
        except OSError as error:
            raise OutputUnwritable(
                f"The log {self._log.path} can't be written. Choose another.", repr(error)
            ) from error


def told(answer: Reviewed) -> dict[str, Any]:
    """A review as the log has it."""
    facts = dataclasses.asdict(answer)
    for name in ("picture_path", "thumbnail_path", "seconds"):
        facts.pop(name)
    known = {name: facts[name] for name in ("triangles", "parts", "closed")}
    return {**known, "overlap": answer.overlap_front, "review": facts}


def _common_folder(photos: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([photo.absolute().parent for photo in photos]))
