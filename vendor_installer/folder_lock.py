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
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(descriptor, folder, wait_s, on_wait)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        yield descriptor
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, folder: Path, wait_s: float, on_wait: Callable[[str], None]) -> None:
    limit = time.monotonic() + wait_s
    told = False
    while not _taken(descriptor):
        if not told:
            on_wait(_holder(folder))
            told = True
        if time.monotonic() > limit:
            raise AlreadyRunning(folder, _holder(folder))
        time.sleep(POLL_SECONDS)


def _holder(folder: Path) -> str:
    try:
        text = (folder / "lock").read_text(encoding="utf-8").strip()
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
