# SPDX-License-Identifier: GPL-3.0-or-later
"""The downloader killed, out of room, and without permission: in processes of its own."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bad_server import BadServer, serving
from tests.fakes.download_process import start_download, told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, mounts and users of a Unix")

CONTENT = random.Random(6).randbytes(2_000_000)
KILLS = 20


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({"model.bin": CONTENT}) as running:
        yield running


def test_killed_twenty_times_it_still_ends_with_the_file_and_fetches_hardly_a_byte_twice(
    server: BadServer, tmp_path: Path
) -> None:
    dice = random.Random(8)
    target, part = tmp_path / "model.bin", tmp_path / "model.bin.part"
    server.piece_s = 0.0005
    marks = sorted(dice.randrange(len(CONTENT)) for _ in range(KILLS))
    killed = 0
    for mark in marks:
        process = start_download(server, target)
        while process.poll() is None and not (part.exists() and part.stat().st_size >= mark):
            time.sleep(0.001)
        process.kill()
        killed += process.wait(10) == -9
        told(process)
        assert not target.exists() or target.read_bytes() == CONTENT
        if part.exists():
            assert CONTENT.startswith(part.read_bytes())
    last = start_download(server, target)
    assert told(last) == ""
    assert target.read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["model.bin"]
    # What a killed one had in its hands or on the line comes twice.
    assert server.sent < len(CONTENT) + killed * 400_000
    assert killed >= KILLS - 2


def test_a_limit_on_file_size_is_told_as_a_full_disk_and_the_part_is_good(server: BadServer, tmp_path: Path) -> None:
    said = told(start_download(server, tmp_path / "model.bin", room=700_000))
    assert said.startswith("DISK_FULL: ")
    assert CONTENT.startswith((tmp_path / "model.bin.part").read_bytes())
    assert told(start_download(server, tmp_path / "model.bin")) == ""
    assert (tmp_path / "model.bin").read_bytes() == CONTENT


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """A disk of `size` bytes at `folder`; False where this machine may not mount one."""
    folder.mkdir()
    options = f"size={size}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_told_before_and_during_and_goes_on_with_more_room(server: BadServer, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3_000_000) as mounted:
        if not mounted:
            return  # the limit on file size above is the same error in the same place
        target, filling = tmp_path / "disk/model.bin", tmp_path / "disk/filling"
        filling.write_bytes(bytes(1_500_000))
        before = told(start_download(server, target))
        assert before.startswith("DISK_FULL: ")
        assert (server.requests, "2 MB more are needed" in before) == ([], True)
        filling.unlink()
        server.piece_s = 0.002
        process = start_download(server, target)
        while not (target.with_name("model.bin.part").exists() and server.sent > 200_000):
            time.sleep(0.001)
        filling.write_bytes(bytes(1_900_000))
        assert told(process).startswith("DISK_FULL: ")
        filling.unlink()
        assert told(start_download(server, target)) == ""
        assert target.read_bytes() == CONTENT


def test_a_folder_without_permission_is_named(server: BadServer) -> None:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        folder.chmod(0o555)
        nobody = 65534 if os.geteuid() == 0 else 0  # root may write anywhere
        said = told(start_download(server, folder / "deep" / "model.bin", user=nobody))
        assert said.startswith("FOLDER_UNUSABLE: ")
        assert str(folder) in said
        assert not list(folder.iterdir())
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
