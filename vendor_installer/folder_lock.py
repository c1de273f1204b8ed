# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time in an environment folder.

The lock is the operating system's, on an open file: it ends with the process that holds it, however that ends, so no
lock is ever left over. The file's text, the holder's process id, is for the other run's message alone.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from vendor_installer.failures import AlreadyRunning

POLL_SECONDS = 0.2


@contextlib.contextmanager
def folder_lock(folder: Path, wait_s: float, on_wait: Callable[[str], None] = lambda holder: None) -> Iterator[int]:
    """Hold `folder` and yield the lock's file descriptor: a child that inherits it prolongs the lock until it ends.

    Waits up to `wait_s` for another holder, telling `on_wait` once who that is; then raises AlreadyRunning.
    """
    descriptor = _open(folder / "lock")
    try:
        _wait_for(descriptor, folder / "lock", wait_s, on_wait)
        _sign(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def file_lock(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock file `path`, which is gone afterwards. Waits as folder_lock does."""
    descriptor = _open(path)
    try:
        _wait_for(descriptor, path, wait_s, lambda holder: None)
        while not _is_at(descriptor, path):  # the holder before us has deleted it: ours is another file by now
            os.close(descriptor)
            descriptor = _open(path)
            _wait_for(descriptor, path, wait_s, lambda holder: None)
        _sign(descriptor)
        try:
            yield
        finally:
            with contextlib.suppress(PermissionError):  # Windows deletes no open file: there it stays, unlocked
                path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, str(os.getpid()).encode())


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _wait_for(descriptor: int, lock: Path, wait_s: float, on_wait: Callable[[str], None]) -> None:
    limit = time.monotonic() + wait_s
    told = False
    while not _taken(descriptor):
        if not told:
            on_wait(_holder(lock))
            told = True
        if time.monotonic() > limit:
            raise AlreadyRunning(lock.parent, _holder(lock))
        time.sleep(POLL_SECONDS)


def _holder(lock: Path) -> str:
    try:
        text = lock.read_text(encoding="utf-8").strip()
    except OSError:  # Windows forbids reading a locked byte
        text = ""
    return f"process {text}" if text else "another process"


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
