# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the pictures of a folder: a file of JSON Lines, a line for each time that a picture was worked on.

The last line about a picture counts. A line is written whole, in one go, so that a crash costs no line but its own; a
line that can't be read is passed over.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MADE, FAILED, CANCELLED = "made", "failed", "cancelled"

LARGEST_LOG_BYTES = 256 << 20
"""Some hundred thousand lines. Of a longer log the end counts."""
LARGEST_NUMBER = 1 << 63
LONGEST_TEXT = 4096


@dataclass(frozen=True)
class PictureLine:
    """One line of the log.

    picture: path within the folder, with slashes. bytes, modified (nanoseconds since 1970): its file, as it was
    then. at: when it was over, ISO 8601 in UTC. status: MADE, FAILED or CANCELLED. code, sentence: of the failure.
    object: its name in Blender; blend: path of the .blend, empty for one never saved. output: the file that was
    written, where it was not for Blender. seconds: by step. triangles, parts, closed, overlap (of the silhouettes
    from the front, 0..1; null: not known), review (all numbers of protocol.Reviewed): about the mesh. warnings:
    sentences. settings: what it was made with. cutout, drawing: small pictures, by their paths within the log's own
    folder.
    """

    picture: str
    bytes: int
    modified: int
    at: str
    status: str
    code: str = ""
    sentence: str = ""
    object: str = ""
    blend: str = ""
    output: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    triangles: int = 0
    parts: int = 0
    closed: bool = False
    overlap: float | None = None
    review: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    cutout: str = ""
    drawing: str = ""


@dataclass(frozen=True)
class FileState:
    """Tells whether a file has changed: its size and the time of its last change, in nanoseconds since 1970."""

    bytes: int
    modified: int


def state_of(path: Path) -> FileState:
    """The file as it is now; zeros where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return FileState(0, 0)
    return FileState(stat.st_size, stat.st_mtime_ns)


class FolderLog:
    """The log of one folder of pictures, in the file `path`; neither it nor its folder need be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, line: PictureLine) -> None:
        """Write a line. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dataclasses.asdict(line), allow_nan=False).encode("ascii") + b"\n"
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            os.write(handle, text if _ends_whole(handle) else b"\n" + text)
        finally:
            os.close(handle)

    def latest(self) -> dict[str, PictureLine]:
        """The last line about each picture, by its path within the folder. Raises OSError; no file is no lines."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - LARGEST_LOG_BYTES, 0))
                lines = file.read(LARGEST_LOG_BYTES).split(b"\n")
        except FileNotFoundError:
            return {}
        read = (_line_or_none(line) for line in lines)
        return {line.picture: line for line in read if line is not None}


def _ends_whole(handle: int) -> bool:
    """Whether the file is empty or ends with the end of a line: not where a crash cut the last one."""
    size = os.fstat(handle).st_size
    if size == 0:
        return True
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) == b"\n"


def _line_or_none(text: bytes) -> PictureLine | None:
    try:
        told = json.loads(text)
        known = {entry.name for entry in dataclasses.fields(PictureLine)}
        line = PictureLine(**{name: value for name, value in told.items() if name in known})
        line = dataclasses.replace(line, warnings=tuple(line.warnings))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return line if _has_right_kinds(line) and _stays_within(line) else None


def _has_right_kinds(line: PictureLine) -> bool:
    """Whether what others rely on is what it should be; a number that is whole may stand for one that need not be."""
    texts = (line.picture, line.at, line.status, line.code, line.sentence, line.cutout, line.drawing, *line.warnings)
    wholes, groups = (line.bytes, line.modified, line.triangles, line.parts), (line.review, line.seconds)
    return (
        all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts)
        and all(isinstance(whole, int) and abs(whole) < LARGEST_NUMBER for whole in wholes)
        and all(isinstance(group, dict) for group in groups)
        and (line.overlap is None or (isinstance(line.overlap, int | float) and 0.0 <= line.overlap <= 1.0))
    )


def _stays_within(line: PictureLine) -> bool:
    """Whether its paths lead nowhere but into the folders that they belong to: no other file is to be looked at."""
    for name in (line.picture, line.cutout, line.drawing):
        path = Path(name)
        if path.anchor or ".." in path.parts or "\0" in name:
            return False
    return bool(line.picture)
