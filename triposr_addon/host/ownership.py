# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose job folders these are: each Blender signs its own with a mark, and holds a lock as long as it runs.

The lock is the operating system's, on the open file MARK.owner: it ends with the process, however that ends, and no
clock and no process number has a part in it. A folder whose owner's file can be locked was left behind.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from pathlib import Path

ENDING = ".owner"


class Owner:
    """This process in one folder: `mark` signs what is its own."""

    def __init__(self, folder: Path) -> None:
        self.mark = secrets.token_hex(6)
        self._pid = os.getpid()
        self._path = folder / (self.mark + ENDING)
        self._lock = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        _taken(self._lock)

    @property
    def is_here(self) -> bool:
        """Whether its file is still there, and this is no copy of the process that made it."""
        return self._pid == os.getpid() and self._path.exists()

    def close(self) -> None:
        """Nothing is owned any more."""
        if self._pid != os.getpid():
            return
        os.close(self._lock)
        with contextlib.suppress(OSError):
            self._path.unlink()


_owners: dict[Path, Owner] = {}


def owner_of(folder: Path) -> Owner:
    """This process' mark in `folder`, made at the first call. Raises OSError."""
    known = _owners.get(folder)
    if known is None or not known.is_here:
        release(folder)
        _owners[folder] = known = Owner(folder)
    return known


def release(folder: Path) -> None:
    """Own nothing in `folder` any more."""
    if (known := _owners.pop(folder, None)) is not None:
        known.close()


def is_left(folder: Path, mark: str) -> bool | None:
    """Whether nobody owns what has that mark; None where the owner's file is gone, so that nobody can tell."""
    own = _owners.get(folder)
    if own is not None and own.is_here and own.mark == mark:
        return False
    try:
        lock = os.open(folder / (mark + ENDING), os.O_RDWR)
    except FileNotFoundError:
        return None
    except OSError:
        return False
    try:
        return _taken(lock)
    finally:
        os.close(lock)


def marks_left(folder: Path) -> list[str]:
    """The marks whose owners are gone."""
    marks = [path.name.removesuffix(ENDING) for path in folder.glob("*" + ENDING)]
    return [mark for mark in marks if is_left(folder, mark)]


def forget(folder: Path, mark: str) -> None:
    """Remove an owner's file. On Windows one that somebody looks at just now stays for another time."""
    with contextlib.suppress(OSError):
        (folder / (mark + ENDING)).unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
