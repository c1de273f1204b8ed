# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches one pinned file: goes on where an earlier run was stopped, however it was; lets nothing through unchecked.

The bytes go to NAME.part beside the target, which is checked by size and SHA-256, written through to the disk, and
renamed. So the target is whole or absent, and a part is never taken for it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.download_failures import DownloadCancelled, FileNotAsPinned
from vendor_installer.failures import DiskFull, FolderUnusable, disk_is_full
from vendor_installer.fetch import USUAL, Fetch, Limits
from vendor_installer.folder_lock import file_lock
from vendor_installer.pace import Pace
from vendor_installer.progress import Report
from vendor_installer.remote_stream import DIRECT, Way

HASH_CHUNK = 1 << 20
LOCK_WAIT_S = 1800.0


@dataclass(frozen=True)
class RemoteFile:
    """A file that is known beforehand, to the byte."""

    url: str
    size: int
    sha256: str

    @property
    def host(self) -> str:
        """Who serves it, for a message."""
        return urllib.parse.urlsplit(self.url).hostname or self.url


@dataclass(frozen=True)
class Download:
    """`file` to `target`. cancelled: asked several times a second. lock_wait_s: for another run at the same target."""

    file: RemoteFile
    target: Path
    limits: Limits = USUAL
    cancelled: Callable[[], bool] = lambda: False
    lock_wait_s: float = LOCK_WAIT_S
    way: Way = DIRECT

    @property
    def part(self) -> Path:
        """What is fetched so far."""
        return self.target.with_name(f"{self.target.name}.part")

    def run(self, report: Report) -> None:
        """Fetch it; nothing to do where it is there. Raises the classes of download_failures, DiskFull,
        FolderUnusable, AlreadyRunning.
        """
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            with file_lock(self.target.with_name(f"{self.target.name}.lock"), self.lock_wait_s):
                if not is_as_pinned(self.target, self.file):
                    self._fetch_and_check(report)
        except OSError as error:
            raise self._disk_failure(error) from error

    def _fetch_and_check(self, report: Report) -> None:
        resumed = self.part.exists()
        self._fetch(report)
        report(1.0, "checking")
        if resumed and not is_as_pinned(self.part, self.file):
            # A part of another version, or one that a failing disk spoilt: once more, from the beginning.
            self.part.unlink()
            self._fetch(report)
        self._check()
        set_aside_foreign(self.target)
        write_through(self.part)
        self.part.replace(self.target)

    def _fetch(self, report: Report) -> None:
        self._require_space()
        pace = Pace(self.file.size)
        last_told = 0.0

        def on_bytes(done: int) -> None:
            nonlocal last_told
            if self.cancelled():
                raise DownloadCancelled
            if time.monotonic() - last_told > 0.1 or done == self.file.size:
                last_told = time.monotonic()
                report(done / max(self.file.size, 1), pace.words(done))

        Fetch(self.file.url, self.file.host, self.file.size, self.part, self.limits, on_bytes, self.way).run()

    def _check(self) -> None:
        if not is_as_pinned(self.part, self.file):
            found = sha256_of(self.part)
            aside = self.target.with_name(f"{self.target.name}.refused")
            self.part.replace(aside)
            raise FileNotAsPinned(self.target, f"SHA-256 {found}, not {self.file.sha256}", aside)

    def _require_space(self) -> None:
        there = self.part.stat().st_size if self.part.exists() else 0
        missing = self.file.size - there - shutil.disk_usage(self.target.parent).free
        if missing > 0:
            raise self._disk_full(f"{missing} bytes are missing")

    def _disk_full(self, details: str) -> DiskFull:
        there = self.part.stat().st_size if self.part.exists() else 0
        needed = f"{(self.file.size - there) / 1e6:.0f} MB more are needed"
        return DiskFull(self.target.parent, details, needed, "--folder")

    def _disk_failure(self, error: OSError) -> DiskFull | FolderUnusable:
        if disk_is_full(self.target.parent, str(error)):
            return self._disk_full(str(error))
        return FolderUnusable(
            f"{self.target.parent} can't be written. Choose another place with --folder FOLDER.", str(error)
        )


def is_as_pinned(path: Path, file: RemoteFile) -> bool:
    """Whether the file at `path` has the pinned size and SHA-256. Raises OSError where it can't be read."""
    return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256


def sha256_of(path: Path) -> str:
    """In hexadecimal digits. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_through(path: Path) -> None:
    """To the disk itself, so that a power cut after the renaming finds the content there."""
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def set_aside_foreign(target: Path) -> Path | None:
    """Rename what stands in the place of a file of ours, for it may be the artist's own. Returns its new name."""
    if not target.exists():
        return None
    number = 1
    while (aside := target.with_name(f"{target.name}.own{number}")).exists():
        number += 1
    return target.replace(aside)
