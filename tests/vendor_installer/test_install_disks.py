# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole `install` on a disk that is too small, and on one that can't be written."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.small_installer import SmallInstaller, small_installer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts small file systems, Linux only")


@pytest.fixture
def small(tmp_path: Path, wheels: Path, outside: dict[str, str]) -> SmallInstaller:
    return small_installer(tmp_path, wheels, outside, real_pip=True)


def mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def disk(folder: Path, size: str) -> Iterator[bool]:
    """A disk of that size at `folder`; False where this machine may not mount one."""
    folder.mkdir()
    mounted = mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def code_of(told: str) -> str:
    return told.strip().splitlines()[-1].partition(":")[0]


def test_a_full_disk_is_named_wherever_it_is_met_and_more_room_is_all_that_it_takes(
    small: SmallInstaller, tmp_path: Path
) -> None:
    """An environment alone takes 11 to 26 MB, after the Python that makes it."""
    with disk(tmp_path / "disk", "5m") as mounted:
        if not mounted:
            return  # tests of the environment and of downloads meet the same error without a mount
        small = replace(small, data=tmp_path / "disk/data")
        assert code_of(small.run()[2]) == "DISK_FULL"
        mount("-o", "remount,size=8m", str(tmp_path / "disk"))
        assert code_of(small.run()[2]) == "DISK_FULL"
        assert not (small.data / "environment/receipt.json").exists()
        mount("-o", "remount,size=200m", str(tmp_path / "disk"))
        code, _, error = small.run()
        assert (code, small.leaf()) == (0, "1.0"), error


def test_a_folder_that_can_not_be_written_is_named_and_left_as_it_is(small: SmallInstaller, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "5m") as mounted:
        if not mounted:
            return
        mount("-o", "remount,ro", str(tmp_path / "disk"))
        small = replace(small, data=tmp_path / "disk/data")
        assert code_of(small.run()[2]) == "FOLDER_UNUSABLE"
        mount("-o", "remount,rw", str(tmp_path / "disk"))
        assert not list((tmp_path / "disk").iterdir())
