# SPDX-License-Identifier: GPL-3.0-or-later
"""Lock files: for each build, system and Python the exact wheels, which pip takes as they are: one hash a package.

A line is a requirement as pip reads it; the comment after it tells where the wheel is, its size, and its content's.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_installer.builds import LINUX, LINUX_ARM, MAC, PYTHONS, WINDOWS, Build, Platform, Size
from vendor_installer.computer import Computer
from vendor_installer.download import RemoteFile
from vendor_installer.receipt import digest_of_files

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
PIP_LOCKED = REQUIREMENTS / "pip_locked.txt"
LOCKS = Path(__file__).resolve().parent / "locks"
INPUTS = {name: REQUIREMENTS / name for name in ("worker.txt", "worker_constraints.txt")}

DEVELOPMENT, BLENDER, RAY = "development", "blender", "ray"
"""Locks of a checkout, in the place of a build's name: what tests and checks need beyond the worker's packages,
whatever its build; the module bpy with what its tests need; Ray and Parquet, beyond the worker's packages as well.
"""

CHECKOUT_INPUTS = {
    DEVELOPMENT: {**INPUTS, "development.txt": REQUIREMENTS / "development.txt"},
    BLENDER: {name: REQUIREMENTS / name for name in ("blender.txt", "blender_constraints.txt")},
    RAY: {**INPUTS, **{name: REQUIREMENTS / name for name in ("ray.txt", "ray_constraints.txt")}},
}
BEYOND_THE_WORKERS = (DEVELOPMENT, RAY)
"""Those without what the worker's own lock has."""

HEADER = """# SPDX-License-Identifier: GPL-3.0-or-later
# Made by `python3 -m vendor_installer lock` from the files in requirements/: not to be edited.
# Each line ends with the wheel's URL (its name where that is unknown), the bytes to download, and the bytes that it
# unpacks to. Three signs of equality: two would also take torch 2.13.0+cpu for 2.13.0.
"""
FIELD = re.compile(r"^# (?P<name>index|inputs|note): (?P<value>.*)$", re.MULTILINE)
LINE = re.compile(
    r"^(?P<name>[\w.-]+)===(?P<version>\S+) --hash=sha256:(?P<sha256>[0-9a-f]{64})"
    r"  # (?P<place>\S+) (?P<about>~?)(?P<download>\d{1,15}) (?P<unpacked>\d{1,15})$",
    re.MULTILINE,
)
WHEEL_NAME = re.compile(r"[\w.+!-]+\.whl")
"""A file's name and nothing else: it becomes a path."""


@dataclass(frozen=True)
class Wheel:
    """One wheel; sizes in bytes. place: its URL, or its file's name where the URL is not known. exact: whether
    `download` is its very size.
    """

    name: str
    version: str
    sha256: str
    place: str
    download: int
    unpacked: int
    exact: bool = True

    @property
    def file(self) -> str:
        """Its file's name, as pip wants it."""
        return urllib.parse.unquote(self.place.rpartition("/")[2])

    @property
    def url_or_none(self) -> str | None:
        """Where to fetch it, if that is known."""
        return self.place if "://" in self.place else None

    def remote(self, size: int) -> RemoteFile:
        """The file with its very size."""
        return RemoteFile(self.place, size, self.sha256)


@dataclass(frozen=True)
class Target:
    """What a lock file is for."""

    build: str
    platform: Platform
    python: tuple[int, ...]

    @property
    def path(self) -> Path:
        """Its lock file, be it there or not."""
        system, architecture = self.platform
        python = "".join(str(number) for number in self.python)
        return LOCKS / f"{system}-{architecture}-py{python}-{self.build}.txt"


@dataclass(frozen=True)
class Lock:
    """The content of a lock file. index: where the wheels are. inputs: SHA-256 over what it was resolved from. note:
    what should be known about it, or nothing.
    """

    index: str
    inputs: str
    wheels: tuple[Wheel, ...]
    note: str = ""

    @property
    def size(self) -> Size:
        """Of the whole environment."""
        download = sum(wheel.download for wheel in self.wheels)
        exact = all(wheel.exact for wheel in self.wheels)
        return Size(download, sum(wheel.unpacked for wheel in self.wheels), known=exact)

    def text(self) -> str:
        """The file."""
        fields = {"index": self.index, "inputs": self.inputs, "note": self.note}
        head = "".join(f"# {name}: {value}\n" for name, value in fields.items() if value)
        lines = [
            f"{wheel.name}==={wheel.version} --hash=sha256:{wheel.sha256}"
            f"  # {wheel.place} {'' if wheel.exact else '~'}{wheel.download} {wheel.unpacked}\n"
            for wheel in self.wheels
        ]
        return HEADER + head + "".join(lines)


def read_lock(path: Path) -> Lock:
    """The lock in a file of ours. Raises OSError; ValueError for a line that is none."""
    text = path.read_text(encoding="utf-8")
    fields = {match["name"]: match["value"] for match in FIELD.finditer(text)}
    if not {"index", "inputs"} <= fields.keys():
        raise ValueError(f"{path} does not say what it was made from")
    return Lock(fields["index"], fields["inputs"], read_wheels(path), fields.get("note", ""))


def read_wheels(path: Path) -> tuple[Wheel, ...]:
    """The wheels of a lock or of pip_locked.txt. Raises OSError; ValueError for a line that is none."""
    text = path.read_text(encoding="utf-8")
    wheels = tuple(_wheel(match.groupdict()) for match in LINE.finditer(text))
    if len(wheels) != sum(1 for line in text.splitlines() if line and not line.startswith("#")):
        raise ValueError(f"{path} holds lines that are none of a lock")
    return wheels


def lock_or_none(build: Build, computer: Computer) -> tuple[Path, Lock] | None:
    """The lock file for that build on that computer, if there is one."""
    path = Target(build.name, (computer.system, computer.architecture), computer.python).path
    return (path, read_lock(path)) if path.is_file() else None


def locked_size(build: Build, computer: Computer) -> Size | None:
    """The exact size of an environment, where it is locked."""
    found = lock_or_none(build, computer)
    return found[1].size if found else None


def targets(builds: tuple[Build, ...]) -> list[Target]:
    """All that there could be a lock file for."""
    return [
        Target(build.name, platform, python) for build in builds for platform in build.indexes for python in PYTHONS
    ]


def checkout_targets() -> list[Target]:
    """All that there could be a lock of a checkout for: where Blender exists as a Python module, and where Ray does."""
    platforms = {kind: (LINUX, WINDOWS, MAC) for kind in CHECKOUT_INPUTS} | {RAY: (LINUX, LINUX_ARM, WINDOWS, MAC)}
    return [Target(kind, platform, python) for kind in platforms for platform in platforms[kind] for python in PYTHONS]


def inputs_of(build: str) -> Mapping[str, Path]:
    """What a lock is resolved from, by the files' names."""
    return CHECKOUT_INPUTS.get(build, INPUTS)


def digest_of_inputs(build: str) -> str:
    """SHA-256 over what the locks of a build are resolved from."""
    return digest_of_files(inputs_of(build))


def _wheel(fields: Mapping[str, str]) -> Wheel:
    wheel = Wheel(
        fields["name"],
        fields["version"],
        fields["sha256"],
        fields["place"],
        int(fields["download"]),
        int(fields["unpacked"]),
        exact=not fields["about"],
    )
    if not WHEEL_NAME.fullmatch(wheel.file):
        raise ValueError(f"{wheel.file[:80]!r} is no wheel's name")
    return wheel
