# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that a library is made in: a folder for each item, whose record is the last that is written there.

`items/<three digits>/<name>/` holds mesh, field, thumbnail and `record.json`. Files are written aside and renamed, the
record last, so a record that is there tells of files that are there, whole. Several attempts at one item may be under
way at once, in other processes or on other machines; the one that writes the record removes what others left aside.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from triposr_addon.batch.folder_names import ITEMS_FOLDER, item_folder
from triposr_addon.batch.plan import sha256_of
from triposr_addon.batch.target_failures import TargetUnwritable, named
from triposr_addon.catalogue_file import FAILED, MADE, Record, as_line, record_or_none

RECORD_NAME = "record.json"
ASIDE = "."
"""Begins the names of files that are being written."""
OURS = ("mesh.", "field.", "thumbnail.", RECORD_NAME, ASIDE)
"""Beginnings of names that are ours to remove in an item's folder; whatever else lies there is somebody's."""
TRIES = 25
"""To keep an item while other attempts at it, with other results, do the same."""
LONGEST_PAUSE = 0.05
"""Seconds between tries, and different ones, so that attempts get out of each other's way."""

Write = Callable[[Path, bytes], object]


class Target:
    """One library's folder. `write` puts bytes into a new file."""

    def __init__(self, root: Path, write: Write = Path.write_bytes) -> None:
        self.root = root
        self._write = write

    def prepare(self) -> None:
        """Make the folder and see that it can be written, before any work. Raises TargetUnwritable, TargetFull."""
        trial = self.root / f"{ASIDE}{uuid.uuid4().hex}.trial"
        try:
            (self.root / ITEMS_FOLDER).mkdir(parents=True, exist_ok=True)
            self._write(trial, b"x")
            trial.unlink()
        except OSError as error:
            with suppress(OSError):
                trial.unlink(missing_ok=True)
            raise named(error, self.root) from error

    def record_or_none(self, item_id: str) -> Record | None:
        """The record of an item, whatever it says; None where there is none that can be read."""
        return _read_or_none(self.root / item_folder(item_id) / RECORD_NAME, item_id)

    def record_bytes(self, item_id: str) -> bytes:
        """The file of an item's record as it is; empty where there is none."""
        try:
            return (self.root / item_folder(item_id) / RECORD_NAME).read_bytes()
        except OSError:
            return b""

    def is_whole(self, record: Record) -> bool:
        """Whether the record's files are there, in their sizes."""
        folder = f"{self.root}/{record.folder}/"
        return all(_size(folder + name) == record.sizes.get(name, -1) for name in files_of(record))

    def is_as_written(self, record: Record) -> bool:
        """Whether the record's files hold what was written: each is read."""
        folder = self.root / record.folder
        try:
            return all(sha256_of(folder / name) == record.hashes.get(name) for name in files_of(record))
        except OSError:
            return False

    def keep(self, record: Record, files: Mapping[str, bytes]) -> Record:
        """Put an item's files in place, and its record last; returns the record with their hashes and sizes.

        What the item had before goes. Where another attempt has kept the same meanwhile, or has made what this one
        could not, that one's record is returned.

        Raises TargetUnwritable, TargetFull: then nothing is half-written.
        """
        folder = item_folder(record.id)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        sizes = {name: len(data) for name, data in files.items()}
        record = replace(record, folder=str(folder), hashes=hashes, sizes=sizes)
        for _ in range(TRIES):
            there = self.record_or_none(record.id)
            if there and (_are_alike(there, record) or _outdoes(there, record)) and self.is_whole(there):
                return there
            if self._has_put(record, files):
                return record
            time.sleep(LONGEST_PAUSE * (uuid.uuid4().int % 1000) / 1000)
        raise TargetUnwritable(f"{self.root / folder} can't be written: files in it vanish. Choose another folder.")

    def forget(self, record: Record) -> None:
        """Take away a record, and its folder where nothing else lies there. Raises TargetFailure."""
        folder = self.root / record.folder
        try:
            (folder / RECORD_NAME).unlink(missing_ok=True)
            with suppress(OSError):  # something of somebody's lies there
                folder.rmdir()
        except OSError as error:
            raise named(error, self.root) from error

    def records(self) -> Iterator[Record]:
        """All records, in no order. Raises OSError where the target can't be read."""
        for path in self.record_files():
            if record := _read_or_none(path):
                yield record

    def record_files(self) -> Iterator[Path]:
        """Where records lie or may lie. Raises OSError where the target can't be read."""
        for outer in _folders_in(self.root / ITEMS_FOLDER):
            for inner in _folders_in(outer):
                yield inner / RECORD_NAME

    def _has_put(self, record: Record, files: Mapping[str, bytes]) -> bool:
        """Put everything in place; False where another attempt was in the way. Raises TargetUnwritable, TargetFull."""
        try:
            self._put(self.root / record.folder, {**files, RECORD_NAME: as_line(record)})
        except FileNotFoundError:
            return False
        except OSError as error:
            raise named(error, self.root) from error
        return self.is_whole(record)

    def _put(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Write all aside, then rename one after the other, in order. Raises OSError."""
        mark = f"{ASIDE}{uuid.uuid4().hex[:12]}."
        asides = [folder / f"{mark}{name}" for name in files]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for aside, data in zip(asides, files.values(), strict=True):
                self._write(aside, data)
            (folder / RECORD_NAME).unlink(missing_ok=True)
            for aside, name in zip(asides, files, strict=True):
                aside.replace(folder / name)
        except BaseException:
            _remove(asides)
            raise
        _remove(path for path in folder.iterdir() if path.name.startswith(OURS) and path.name not in files)


@contextmanager
def put_in_place(path: Path) -> Iterator[Path]:
    """Hand out a path aside; it becomes `path` when the block ends well. Raises TargetUnwritable, TargetFull."""
    aside = path.with_name(f"{ASIDE}{uuid.uuid4().hex[:12]}.{path.name}")
    try:
        yield aside
        aside.replace(path)
    except OSError as error:
        raise named(error, path.parent) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def files_of(record: Record) -> list[str]:
    """The names of the files that a record tells of."""
    return [name for name in (record.mesh, record.field, record.thumbnail) if name]


def _outdoes(there: Record, record: Record) -> bool:
    """Whether another attempt at the same has made what this one could not."""
    return (there.status, record.status) == (MADE, FAILED) and (there.fingerprint, there.picture_sha256) == (
        record.fingerprint,
        record.picture_sha256,
    )


def _are_alike(one: Record, other: Record) -> bool:
    """Whether two records tell of the same result, of the same picture by the same settings."""
    return (one.fingerprint, one.picture_sha256, one.status, one.code, one.hashes) == (
        other.fingerprint,
        other.picture_sha256,
        other.status,
        other.code,
        other.hashes,
    )


def _read_or_none(path: Path, item_id: str | None = None) -> Record | None:
    """The record in a file, of that item if one is named; it must lie where that item's record belongs."""
    try:
        record = record_or_none(path.read_bytes())
    except OSError:
        return None
    if record is None or (item_id is not None and record.id != item_id):
        return None
    own = str(item_folder(record.id))
    return record if own == record.folder and path.parent.as_posix().endswith(own) else None


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116  # of three files for each of a hundred thousand items
    except OSError:
        return -2


def _folders_in(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # what stays aside is nobody's loss: the next attempt removes it
            path.unlink(missing_ok=True)
