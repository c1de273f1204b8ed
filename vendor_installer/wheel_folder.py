# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheels of a lock in a folder: brought there by our own downloader, or by somebody where there is no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.download import Download, RemoteFile, is_as_pinned, sha256_of
from vendor_installer.download_failures import FileNotAsPinned
from vendor_installer.failures import NotInPack
from vendor_installer.fetch import USUAL, Fetch
from vendor_installer.isolation import INDEX_VARIABLES
from vendor_installer.lock_files import Wheel
from vendor_installer.pace import Pace
from vendor_installer.progress import Report


@dataclass(frozen=True)
class WheelFolder:
    """offline: nothing is fetched; all wheels must be there. cancelled: asked several times a second."""

    folder: Path
    wheels: tuple[Wheel, ...]
    offline: bool = False
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

    def is_wanted(self, pip_variables: Mapping[str, str]) -> bool:
        """Whether the wheels should come this way. Somebody's own index, proxy or certificates are pip's affair, and so
        are wheels of which only the name is known.
        """
        known = all(wheel.url_or_none for wheel in self.wheels)
        return self.offline or (known and not INDEX_VARIABLES & pip_variables.keys())

    def bring(self, report: Report) -> None:
        """Have all wheels there, each with its hash. Raises what a download raises; NotInPack."""
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
        if wheel.url_or_none and not self.offline:
            Download(self._remote(wheel, target), target, cancelled=self.cancelled).run(report)
        elif not target.is_file():
            raise NotInPack(wheel.file, self.folder)
        elif not is_as_pinned(target, wheel.remote(wheel.download if wheel.exact else target.stat().st_size)):
            raise FileNotAsPinned(target, f"not {wheel.download} bytes with SHA-256 {wheel.sha256}")

    def _remote(self, wheel: Wheel, target: Path) -> RemoteFile:
        """With the very size, so that it can be gone on with; the server's word does for that: the hash decides."""
        if wheel.exact:
            return wheel.remote(wheel.download)
        if target.is_file() and sha256_of(target) == wheel.sha256:
            return wheel.remote(target.stat().st_size)
        unsized = wheel.remote(0)
        fetch = Fetch(unsized.url, unsized.host, 0, target, USUAL, lambda done: None)
        return wheel.remote(fetch.remote_size())
