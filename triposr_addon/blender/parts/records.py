# SPDX-License-Identifier: GPL-3.0-or-later
"""What one computer of several made of its pictures: a record beside the files, for each picture, and a thumbnail.

A record is a file of its own, so that computers which know nothing of each other can't disturb one another's; it is
written aside and put in place, so that it is there whole or not at all. The last one about a picture counts.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ...catalogue_file import FAILED, MADE, Record, as_line, record_or_none
from ...folder_log import LONGEST_TEXT, state_of
from ...host.failures import HostFailure
from ...host.jobs import GenerationRequest, GenerationResult
from ...host.kept_files import put
from ..failures import FileNotWritten
from ..mesh_writers import WRITERS
from ..paths import shown

RECORDS_FOLDER, THUMBNAILS_FOLDER = "records", "thumbnails"
LARGEST_RECORD_BYTES = 1 << 20
PICTURES_OWN = ("PHOTO_", "MASK_", "ALPHA_", "SUBJECT_", "SURFACE_", "PICTURE_")
"""How the codes of failures begin that are the same on every computer, however often it is tried."""

COMPUTERS_OWN = (
    *("WORKER_MISSING", "WORKER_DID_NOT_START", "WORKER_VERSION_DIFFERS", "PROTOCOL_", "MODEL_", "DEVICE_"),
    *("REMBG_MISSING", "REMBG_MODEL_", "STORAGE_", "OUTPUT_", "FIELD_FILE_UNWRITABLE", "FILE_NOT_WRITTEN"),
)
"""How the codes begin that no picture can cause. A worker that died is not among them: a picture may have killed it."""


def is_pictures_own(code: str) -> bool:
    """Whether the failure comes of the picture, and not of the computer that tried."""
    return code.startswith(PICTURES_OWN)


def is_computers_own(code: str) -> bool:
    """Whether the failure comes of the computer that tried, whatever the picture."""
    return code.startswith(COMPUTERS_OWN)


class Records:
    """For the pictures, by their ids, that this computer makes; files: of each of them, in `folder`."""

    def __init__(self, folder: Path, pictures: Mapping[Path, str], files: Mapping[Path, Path]) -> None:
        self._folder, self._pictures, self._files = folder, pictures, files

    def tells_of(self, picture: Path) -> bool:
        """Whether it is recorded as made: whoever was killed in between has left a file without a record."""
        known = recorded_or_none(self._folder, self._files[picture])
        return known is not None and known.status == MADE

    def made(self, picture: Path, request: GenerationRequest, result: GenerationResult, thumbnail: bytes) -> None:
        """Its file is there. thumbnail: a PNG of the mesh; empty: none. Raises FileNotWritten."""
        file = self._files[picture]
        record = dataclasses.replace(
            self._bare(picture, MADE),
            mesh=file.name if file.suffix in WRITERS else "",
            thumbnail=self._keep_thumbnail(file, thumbnail) if thumbnail else "",
            triangles=result.triangles,
            vertices=result.vertices,
            closed=result.closed,
            seconds={step: round(seconds, 4) for step, seconds in result.seconds.items()},
            device=result.device,
            model=result.model_name,
            model_sha256=result.model_sha256,
            settings={**dataclasses.asdict(request.photo_settings), **dataclasses.asdict(request.surface_settings)},
            sizes={file.name: state_of(file).bytes},
            warnings=tuple(warning[:LONGEST_TEXT] for warning in result.warnings),
        )
        self._write(file, _reviewed(record, result))

    def failed(self, picture: Path, failure: HostFailure) -> None:
        """Nothing came of it. Raises FileNotWritten."""
        bare, sentence = self._bare(picture, FAILED), failure.sentence[:LONGEST_TEXT]
        self._write(self._files[picture], dataclasses.replace(bare, code=failure.code, sentence=sentence))

    def _bare(self, picture: Path, status: str) -> Record:
        state, now = state_of(picture), datetime.now(UTC).isoformat(timespec="seconds")
        return Record(
            self._pictures[picture],
            str(picture),
            status,
            picture_bytes=state.bytes,
            picture_modified=state.modified,
            at=now,
        )

    def _keep_thumbnail(self, file: Path, thumbnail: bytes) -> str:
        path = self._folder / THUMBNAILS_FOLDER / f"{file.stem}.png"
        write_whole(path, thumbnail)
        # The words that Flamenco listens for: its web page shows this picture then.
        sys.stdout.write(f"Saved: '{shown(str(path))}'\n")
        sys.stdout.flush()
        return f"{THUMBNAILS_FOLDER}/{path.name}"

    def _write(self, file: Path, record: Record) -> None:
        write_whole(record_file(self._folder, file), as_line(record))


def record_file(folder: Path, file: Path) -> Path:
    """Where the record of a picture's file lies."""
    return folder / RECORDS_FOLDER / f"{file.stem}.json"


def recorded_or_none(folder: Path, file: Path) -> Record | None:
    """What was recorded of a picture, by its file."""
    try:
        with record_file(folder, file).open("rb") as kept:
            return record_or_none(kept.read(LARGEST_RECORD_BYTES))
    except OSError:
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all. Raises FileNotWritten."""
    try:
        put(content, path)
    except OSError as error:
        raise FileNotWritten(path, error) from error


def _reviewed(record: Record, result: GenerationResult) -> Record:
    if result.review is None:
        return record
    facts = dataclasses.asdict(result.review.facts)
    for name in ("picture_path", "thumbnail_path", "seconds"):
        facts.pop(name)
    return dataclasses.replace(record, parts=facts["parts"], overlap=facts["overlap_front"], review=facts)
