# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `pip install` in an environment, and read from its output how far it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.child import ChildCommand, ChildResult, run_child
from vendor_installer.failures import DiskFull, PipFailed, disk_is_full
from vendor_installer.progress import Report

DOWNLOAD_SHARE = 0.6
"""The part of the bar for finding and fetching; the rest is unpacking. About what was seen with a fast line."""

RAW_PROGRESS_SINCE = (24, 1)
"""The first pip that tells bytes to a program; older ones refuse the option."""

DOWNLOADING = re.compile(r"^\s*Downloading (?P<file>\S+)")
PROGRESS = re.compile(r"^\s*Progress (?P<done>\d+) of (?P<total>\d+)")
INSTALLING = re.compile(r"^\s*Installing collected packages: (?P<names>.+)$")
COLLECTING = re.compile(r"^\s*Collecting (?P<name>[\w.-]+)")
ERROR = re.compile(r"^\s*(ERROR|error):? ")


@dataclass(frozen=True)
class PipInstall:
    """What to install into the environment of `python`, whose packages are unpacked in `site_packages`.

    `expected_packages`: about how many there will be, for the bar alone. wheel: pip's own, to run it from; None where
    the environment has one.
    """

    python: Path
    arguments: Sequence[str]
    site_packages: Path
    expected_packages: int
    log: Path
    wheel: Path | None = None

    @property
    def pip(self) -> tuple[str, ...]:
        """What makes Python run it."""
        return ("-m", "pip") if self.wheel is None else (str(self.wheel / "pip"),)


class PipProgress:
    """Reads pip's lines; tells how far the whole is: packages found, bytes fetched, packages unpacked."""

    def __init__(self, install: PipInstall, report: Report) -> None:
        self._install = install
        self._report = report
        self._collected: set[str] = set()
        self._file = ""
        self._file_share = 0.0
        self._to_install = 0
        self._there_before = _package_count(install.site_packages)
        self._unpacked = 0

    def line(self, line: str) -> None:
        """Take in one line of pip's output."""
        if match := COLLECTING.match(line):
            self._collected.add(match["name"].lower())
            self._file_share = 0.0
            self._tell(f"found {match['name']}")
        elif match := DOWNLOADING.match(line):
            self._file = match["file"].rpartition("/")[2]
            self._tell(f"downloading {self._file}")
        elif match := PROGRESS.match(line):
            done, total = int(match["done"]), int(match["total"])
            self._file_share = done / total if total else 0.0
            self._tell(f"downloading {self._file}, {_megabytes(done, total)}")
        elif match := INSTALLING.match(line):
            self._to_install = len(match["names"].split(","))
            self._tell(f"unpacking {self._to_install} packages")

    def poll(self) -> bool:
        """Count what is unpacked; True when that grew. pip itself is silent meanwhile, for minutes."""
        if not self._to_install:
            return False
        unpacked = max(_package_count(self._install.site_packages) - self._there_before, 0)
        grew, self._unpacked = unpacked > self._unpacked, max(unpacked, self._unpacked)
        self._tell(f"unpacked {self._unpacked} of {self._to_install} packages")
        return grew

    def _tell(self, detail: str) -> None:
        # The package at hand counts as far as its file is fetched. pip looks at packages in no order that we know.
        found = max(len(self._collected) - 1 + self._file_share, 0) / max(self._install.expected_packages, 1)
        if self._to_install:
            share = DOWNLOAD_SHARE + (1 - DOWNLOAD_SHARE) * min(self._unpacked / self._to_install, 1.0)
        else:
            share = DOWNLOAD_SHARE * min(found, 1.0)
        self._report(share, detail)


def pip_install(
    install: PipInstall, environment: Mapping[str, str], report: Report, keep_open: tuple[int, ...]
) -> None:
    """Install, wheels only: never a compiler on the artist's machine. Raises PipFailed or DiskFull."""
    progress = PipProgress(install, report)
    argv = [str(install.python), "-I", *install.pip, "install", "--no-input", "--disable-pip-version-check"]
    # --no-compile: of 25,000 files a few hundred are ever imported, and Python compiles those at their first import.
    argv += ["--only-binary", ":all:", "--no-compile"]
    if _pip_version(install.site_packages) >= RAW_PROGRESS_SINCE:
        argv += ["--progress-bar", "raw"]
    command = ChildCommand([*argv, *install.arguments], environment, Path.cwd(), keep_open=keep_open)
    errors: list[str] = []
    with install.log.open("a", encoding="utf-8") as log:

        def on_line(line: str) -> None:
            log.write(line + "\n")
            progress.line(line)
            if errors or ERROR.match(line):
                errors.append(line)

        result = run_child(command, on_line, progress.poll)
    if result.exit_code != 0:
        raise _failure(install, result, errors)


def _failure(install: PipInstall, result: ChildResult, errors: list[str]) -> PipFailed | DiskFull:
    details = "\n".join([*(errors[:20] or result.tail[-8:]), f"The whole log: {install.log}"])
    if disk_is_full(install.site_packages, result.text):
        return DiskFull(install.site_packages, details)
    if result.exit_code is None:
        return PipFailed(
            "pip stood still for half an hour and was stopped. Check the network, then run this again.", details
        )
    return PipFailed(
        f"pip could not install the packages (exit code {result.exit_code}). Check the network and pip's index "
        "settings, then run this again: what was fetched is kept in pip's cache.",
        details,
    )


def _pip_version(site_packages: Path) -> tuple[int, ...]:
    names = [
        path.name.removeprefix("pip-").removesuffix(".dist-info") for path in site_packages.glob("pip-*.dist-info")
    ]
    return tuple(int(part) for part in names[0].split(".") if part.isdecimal()) if names else (0,)


def _package_count(site_packages: Path) -> int:
    """Packages whose unpacking has begun: pip writes a package's .dist-info with its files."""
    return sum(1 for _ in site_packages.glob("*.dist-info"))


def _megabytes(done: int, total: int) -> str:
    if total == 0:
        return f"{done / 1e6:.0f} MB"
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
