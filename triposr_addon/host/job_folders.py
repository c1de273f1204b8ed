# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders that jobs put their files into: private, signed by the Blender that made them, and removed after a crash.

What is removed is a folder directly in ours, with our name, that is no link, belongs to this user, and whose owner is
gone. Folders of earlier versions are not signed: they go when nobody has touched them for a week.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .failures import StorageUnwritable
from .ownership import forget, is_left, marks_left, owner_of, release

JOB_PREFIX = "triposr-job-"
MARKED = re.compile(re.escape(JOB_PREFIX) + r"(?P<mark>[0-9a-f]{12})-")
ABANDONED_AFTER_SECONDS = 7 * 24 * 3600.0
"""Of a folder that nobody has signed, or whose owner's file is gone."""
MOST_AT_ONCE = 50
"""Folders that are cleared away before one new folder is made: Blender waits meanwhile."""
PRIVATE = 0o700

Note = Callable[[str], None]


class JobFolders:
    """The folders in `jobs`. owners: the folder of the owners' files. note: takes a line for the log."""

    def __init__(self, jobs: Path, owners: Path, note: Note) -> None:
        self._jobs = jobs
        self._owners = owners
        self._note = note

    def new(self) -> Path:
        """A fresh folder that only this user can read; what others left goes on the way. Raises StorageUnwritable."""
        try:
            make_private(self._jobs)
            make_private(self._owners)
            self._remove_left()
            mark = owner_of(self._owners).mark
            return Path(tempfile.mkdtemp(prefix=f"{JOB_PREFIX}{mark}-", dir=self._jobs))
        except OSError as error:
            raise StorageUnwritable(self._jobs, error) from error

    def remove(self, folder: Path) -> None:
        """Remove a folder that new() made; one that is gone already is fine.

        Where the system refuses (on Windows a file that somebody reads), the log says so; it is tried again before the
        next folder is made.
        """
        if folder.parent != self._jobs or not folder.name.startswith(JOB_PREFIX):
            raise ValueError(f"{folder} is no job folder of this storage")
        try:
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
        except OSError as error:
            _refused.add(folder)
            self._note(f"{folder} can't be removed yet: {error}")

    def close(self) -> None:
        """Take back the mark, if no folder has it any more."""
        if self._owners.is_dir() and not any(self._jobs.glob(f"{JOB_PREFIX}{owner_of(self._owners).mark}-*")):
            release(self._owners)

    def _remove_left(self) -> None:
        for folder in [folder for folder in _refused if folder.parent == self._jobs]:
            _refused.discard(folder)
            self.remove(folder)
        for folder in [*itertools.islice(self._left(), MOST_AT_ONCE)]:
            self.remove(folder)
        for mark in marks_left(self._owners):
            if not any(self._jobs.glob(f"{JOB_PREFIX}{mark}-*")):
                forget(self._owners, mark)

    def _left(self) -> Iterator[Path]:
        for folder in self._jobs.glob(JOB_PREFIX + "*"):
            marked = MARKED.match(folder.name)
            left = is_left(self._owners, marked["mark"]) if marked else None
            if _is_our_folder(folder) and (left or (left is None and _is_old(folder))):
                yield folder


_refused: set[Path] = set()
"""Folders that the system would not let us remove, in this process."""


def make_private(folder: Path) -> None:
    """Have a folder that only this user can read. Raises OSError."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    status = folder.stat()
    if hasattr(os, "getuid") and status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) & 0o077:
        folder.chmod(PRIVATE)


def _is_our_folder(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())


def _is_old(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > ABANDONED_AFTER_SECONDS
    except OSError:
        return False
