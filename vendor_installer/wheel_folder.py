# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheels of a lock in a folder: brought there from where the artist's pip settings lead, else from where the lock
says, by our own downloader; or by somebody where there is no network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vendor_installer.download import Download, RemoteFile, is_as_pinned, sha256_of
from vendor_installer.download_failures import (
    ConnectionLost,
    DownloadMissing,
    DownloadRefused,
    ServerFailed,
    WrongLength,
)
from vendor_installer.failures import InstallerFailure, NotInPack, NotOffered, PackUnreadable
from vendor_installer.fetch import USUAL, Fetch
from vendor_installer.lock_files import Wheel
from vendor_installer.pace import Pace
from vendor_installer.progress import Report
from vendor_installer.wheel_places import WheelPlaces, places_or_none

EVERYWHERE = WheelPlaces()
NOT_THERE = (ConnectionLost, DownloadMissing, DownloadRefused, ServerFailed, WrongLength)
"""After these the next place is tried."""


@dataclass(frozen=True)
class WheelFolder:
    """offline: nothing is fetched; all wheels must be there. places: where to look for them otherwise. cancelled: asked
    several times a second.
    """

    folder: Path
    wheels: tuple[Wheel, ...]
    offline: bool = False
    places: WheelPlaces = EVERYWHERE
    cancelled: Callable[[], bool] = lambda: False

    @property
    def download(self) -> int:
        """Bytes of all of them."""
        return sum(wheel.download for wheel in self.wheels)

    @property
    def unpacked(self) -> int:
        """Bytes that they unpack to."""
        return sum(wheel.unpacked for wheel in self.wheels)

    @property
    def pins(self) -> dict[str, str]:
        """Their versions by names."""
        return {wheel.name: wheel.version for wheel in self.wheels}

    @property
    def pip(self) -> Path:
        """pip's own wheel, from which pip can be run."""
        return next(self.folder / wheel.file for wheel in self.wheels if wheel.name == "pip")

    def with_settings_or_none(self, pip_variables: Mapping[str, str]) -> WheelFolder | None:
        """The same for the artist's pip settings; None where they ask for what only pip itself can do."""
        places = self.places if self.offline else places_or_none(pip_variables)
        return replace(self, places=places) if places else None

    def bring(self, report: Report) -> None:
        """Have all wheels there, each with its hash. Raises what a download raises; NotInPack, PackUnreadable and
        NotOffered.
        """
        total = self.download
        pace, before = Pace(total), 0
        for wheel in self.wheels:

            def on_progress(fraction: float, detail: str, wheel: Wheel = wheel, before: int = before) -> None:
                done = before + int(fraction * wheel.download)
                report(done / max(total, 1), f"{wheel.name}, {pace.words(done)}")

            self._bring(wheel, on_progress)
            before += wheel.download
            on_progress(0.0, "", wheel, before)

    def _bring(self, wheel: Wheel, report: Report) -> None:
        target = self.folder / wheel.file
        if not self.offline:
            self._get(wheel, target, report)
        elif not target.is_file():
            raise NotInPack(wheel.file, self.folder)
        elif not is_as_pinned(target, wheel.remote(wheel.download if wheel.exact else target.stat().st_size)):
            raise PackUnreadable(target, f"it is not {wheel.download} bytes with SHA-256 {wheel.sha256}")

    def _get(self, wheel: Wheel, target: Path, report: Report) -> None:
        if target.is_file() and sha256_of(target) == wheel.sha256:
            return
        failure: InstallerFailure = NotOffered(wheel.file)
        copy = self.places.copy_or_none(wheel)
        for url in (copy.as_uri(),) if copy else self.places.urls(wheel):
            try:
                remote = self._remote(wheel, url)
                Download(remote, target, cancelled=self.cancelled, way=self.places.way).run(report)
            except NOT_THERE as error:
                failure = error
            else:
                return
        raise failure

    def _remote(self, wheel: Wheel, url: str) -> RemoteFile:
        """With the very size, so that it can be gone on with; the server's word does for that: the hash decides."""
        if wheel.exact:
            return RemoteFile(url, wheel.download, wheel.sha256)
        unsized = RemoteFile(url, 0, wheel.sha256)
        fetch = Fetch(url, unsized.host, 0, self.folder / wheel.file, USUAL, lambda done: None, self.places.way)
        return RemoteFile(url, fetch.remote_size(), wheel.sha256)
