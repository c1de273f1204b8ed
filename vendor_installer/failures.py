# SPDX-License-Identifier: GPL-3.0-or-later
"""One class per known failure: a stable code, an exit code of its own, and a sentence with the next step."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar


class InstallerFailure(Exception):
    """Base. `sentence` is for the artist; `details` (a tool's last lines, a path to a log) is for a report.

    Exit codes stay clear of 0..5, which are pytest's, except for PythonNotSupported's 2.
    """

    code: ClassVar[str] = "INSTALLER_FAILED"
    exit_code: ClassVar[int] = 10

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details


class PythonNotSupported(InstallerFailure):
    """The running Python has no Blender module or no pinned packages."""

    code = "PYTHON_NOT_SUPPORTED"
    exit_code = 2

    def __init__(self, found: str, supported: str) -> None:
        super().__init__(
            f"Python {found} is not supported. Install Python {supported} and run this command with it, "
            "for example: python3.11 -m vendor_installer demo"
        )


class AlreadyRunning(InstallerFailure):
    """Another run holds the environment folder, and did not let go within the limit."""

    code = "ALREADY_RUNNING"
    exit_code = 11

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"Another installation ({holder}) is at work in {folder}. Wait until it has ended, then run this again."
        )


class EnvironmentNotMade(InstallerFailure):
    """`python -m venv` failed, or a package that was installed does not start."""

    code = "ENVIRONMENT_NOT_MADE"
    exit_code = 12


class PipFailed(InstallerFailure):
    """pip ended with an error, or stood still."""

    code = "PIP_FAILED"
    exit_code = 13


class DiskFull(InstallerFailure):
    """No space left while installing or writing."""

    code = "DISK_FULL"
    exit_code = 14

    def __init__(
        self, folder: Path, details: str = "", needed: str = "6 GB are enough everywhere", option: str = "--environment"
    ) -> None:
        super().__init__(
            f"The disk that holds {folder} is full. Free some space ({needed}) or choose another place with {option} "
            "FOLDER, then run this again.",
            details,
        )


class BuildFailed(InstallerFailure):
    """Blender's own builder refused the extension."""

    code = "BUILD_FAILED"
    exit_code = 15


class BlenderFailed(InstallerFailure):
    """Blender did not start, crashed, or did not take the extension."""

    code = "BLENDER_FAILED"
    exit_code = 16


class DemoFailed(InstallerFailure):
    """The demo ran, but its result is not what it should be."""

    code = "DEMO_FAILED"
    exit_code = 17


class FolderUnusable(InstallerFailure):
    """The environment folder can't be written, or holds something that is not ours."""

    code = "FOLDER_UNUSABLE"
    exit_code = 18


class CardUnknown(InstallerFailure):
    """--gpu named a card that this computer has not."""

    code = "CARD_UNKNOWN"
    exit_code = 19

    def __init__(self, number: int, count: int) -> None:
        known = f"Choose a number from 0 to {count - 1}" if count else "Leave --gpu out: no card was found"
        super().__init__(f"There is no graphics card {number}. {known}.")


class FactsUnreadable(InstallerFailure):
    """The file given by --facts is not what `plan --json` printed."""

    code = "FACTS_UNREADABLE"
    exit_code = 21

    def __init__(self, path: Path, details: str) -> None:
        super().__init__(
            f"{path} does not hold a computer's facts. Make it with `python3 -m vendor_installer plan --json` on that "
            "computer.",
            details,
        )


class LockNotMade(InstallerFailure):
    """uv could not resolve the packages, or the index did not tell a wheel's size."""

    code = "LOCK_NOT_MADE"
    exit_code = 22

    def __init__(self, details: str) -> None:
        super().__init__("The packages could not be locked. Check the network and the requirements.", details)


class BuildNotLocked(InstallerFailure):
    """There is no lock file for a build on this computer, so nothing vouches for its wheels."""

    code = "BUILD_NOT_LOCKED"
    exit_code = 23

    def __init__(self, build: str, locked: Sequence[str]) -> None:
        instead = " or ".join(f"--backend {name}" for name in locked)
        super().__init__(
            f"The wheels of the build {build} are not pinned for this computer yet. "
            + (f"Choose {instead} instead, or add" if locked else "Add")
            + " --without-hashes to pin versions alone and trust PyTorch's index."
        )


class NotInPack(InstallerFailure):
    """A file should be in a folder, and may not or can't be fetched."""

    code = "NOT_IN_PACK"
    exit_code = 24

    def __init__(self, file: str, folder: Path) -> None:
        super().__init__(
            f"{file} is not in {folder}. Put it there, or make the pack again with `python3 -m vendor_installer pack` "
            "for this computer's system, Python and build."
        )


class NotForThisComputer(InstallerFailure):
    """No PyTorch, or no Blender module, for this system, processor or Python."""

    code = "NOT_FOR_THIS_COMPUTER"
    exit_code = 29


class NotOffered(InstallerFailure):
    """The artist's own index and folders don't have a wheel, and nobody else may be asked."""

    code = "WHEEL_NOT_OFFERED"
    exit_code = 28

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file} is in none of the places that pip's settings name (index-url, extra-index-url, find-links). Add a "
            "place that has it, or take the setting away, then run this again."
        )


class PackUnreadable(InstallerFailure):
    """A pack, or a file in one, is not there, no zip, cut short, or not what it stands for."""

    code = "PACK_UNREADABLE"
    exit_code = 27

    def __init__(self, pack: Path, details: str) -> None:
        super().__init__(
            f"{pack} can't be used: it is not there, damaged or for something else. Copy it again, or make it anew "
            "with `python3 -m vendor_installer pack`.",
            details,
        )


class NotConfirmed(InstallerFailure):
    """Nobody agreed to a deletion."""

    code = "NOT_CONFIRMED"
    exit_code = 26

    def __init__(self) -> None:
        super().__init__("Nothing was deleted. Add --yes, or answer y in a terminal.")


NO_SPACE_MARKS = (
    "No space left on device",
    "[Errno 28]",
    "File too large",
    "not enough space on the disk",
    "Disk quota exceeded",
)
FULL_BELOW_BYTES = 32 << 20


def disk_is_full(folder: Path, text: str = "") -> bool:
    """Whether a full disk or quota explains a failure: `text`, a tool's output, says so (Linux, macOS and Windows
    wording), or next to nothing is free where `folder` is. Not every tool hands the reason on.
    """
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return any(mark in text for mark in NO_SPACE_MARKS) or shutil.disk_usage(there).free < FULL_BELOW_BYTES
