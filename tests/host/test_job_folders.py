# SPDX-License-Identifier: GPL-3.0-or-later
"""What crashed Blenders left is removed, whatever the clock says; what is anybody else's, or still in use, never is."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from triposr_addon.host.job_folders import ABANDONED_AFTER_SECONDS, MOST_AT_ONCE
from triposr_addon.host.storage import Storage

ANOTHER_BLENDER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from triposr_addon.host.storage import Storage
folder = Storage(Path({storage!r})).new_job_folder()
(folder / "mesh.npz").write_bytes(b"x")
print(folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    made = Storage(tmp_path / "storage")
    yield made
    made.close()


@pytest.fixture
def another(storage: Storage, checkout: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another Blender with a job folder in the same storage, and that folder."""
    text = ANOTHER_BLENDER.format(root=str(checkout), storage=str(storage.root))
    words = [sys.executable, "-I", "-c", text]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def age(folder: Path) -> None:
    old = time.time() - ABANDONED_AFTER_SECONDS - 60
    os.utime(folder, (old, old))


def owner_that_is_gone(storage: Storage) -> None:
    (storage.root / "owners").mkdir()
    (storage.root / "owners" / "0123456789ab.owner").touch()


def test_what_a_killed_blender_left_goes_at_once(storage: Storage, another: tuple[subprocess.Popen[str], Path]) -> None:
    process, folder = another
    assert folder.is_dir()
    process.kill()
    process.wait(60)
    own = storage.new_job_folder()
    assert [*storage.jobs.glob("triposr-job-*")] == [own]
    storage.remove_job_folder(own)
    storage.close()
    assert [*storage.jobs.iterdir(), *(storage.root / "owners").iterdir()] == []


def test_what_a_living_blender_has_stays_however_old_it_looks(
    storage: Storage, another: tuple[subprocess.Popen[str], Path]
) -> None:
    _, folder = another
    age(folder)
    mine = storage.new_job_folder()
    age(mine)
    storage.remove_job_folder(storage.new_job_folder())
    assert folder.is_dir()
    assert mine.is_dir()
    storage.remove_job_folder(mine)


def test_unsigned_folders_go_after_a_week(storage: Storage) -> None:
    old, recent, stranger = (storage.jobs / name for name in ("triposr-job-aaaa", "triposr-job-bbbb", "holiday"))
    for folder in (old, recent, stranger):
        folder.mkdir(parents=True)
    age(old)
    age(stranger)
    storage.remove_job_folder(storage.new_job_folder())
    assert not old.exists()
    assert recent.exists()
    assert stranger.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_a_link_with_our_name_is_none_of_ours(storage: Storage, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    storage.jobs.mkdir(parents=True)
    link = storage.jobs / "triposr-job-0123456789ab-x"
    link.symlink_to(precious)
    age(precious)
    owner_that_is_gone(storage)
    storage.remove_job_folder(storage.new_job_folder())
    assert link.is_symlink()
    assert (precious / "file").exists()


def test_thousands_of_leftovers_do_not_hold_one_job_up(storage: Storage) -> None:
    storage.jobs.mkdir(parents=True)
    owner_that_is_gone(storage)
    for number in range(MOST_AT_ONCE + 20):
        (storage.jobs / f"triposr-job-0123456789ab-{number}").mkdir()
    storage.remove_job_folder(storage.new_job_folder())
    assert len([*storage.jobs.glob("triposr-job-*")]) == 20
    storage.remove_job_folder(storage.new_job_folder())
    assert not [*storage.jobs.glob("triposr-job-*")]
    assert not (storage.root / "owners" / "0123456789ab.owner").exists()


def test_a_folder_that_was_refused_goes_before_the_next_is_made(storage: Storage) -> None:
    """The owner's deletion is refused for real: by a folder within that may not be changed. Root may do anything."""
    folder = storage.new_job_folder()
    inside = folder / "inside"
    inside.mkdir()
    (inside / "file").touch()
    if os.name != "posix" or os.getuid() == 0:
        storage.remove_job_folder(folder)
        return
    inside.chmod(0o500)
    storage.remove_job_folder(folder)
    assert folder.exists()
    assert "can't be removed yet" in storage.worker_log_tail()
    inside.chmod(0o700)
    storage.remove_job_folder(storage.new_job_folder())
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another thing there")
def test_what_is_kept_is_for_this_user_alone(storage: Storage) -> None:
    storage.jobs.mkdir(parents=True)
    storage.jobs.chmod(0o755)  # an earlier version made it so
    storage.remove_job_folder(storage.new_job_folder())
    storage.keep_mask(b"png")
    storage.keep_picture("Viewport.png", b"png")
    storage.worker_log.note("hello")
    for folder in (storage.jobs, storage.root / "owners", storage.masks, storage.pictures, storage.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
