# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are, who may read them, and that nothing of anybody else's is ever removed."""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
from pathlib import Path

import pytest

from triposr_addon.host.failures import StorageUnwritable
from triposr_addon.host.storage import Storage

INSIDE = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")


def test_naming_the_folders_makes_none(storage: Storage) -> None:
    folders = (storage.environment, storage.models, storage.rembg, storage.jobs, storage.logs)
    assert len(set(folders)) == len(folders)
    assert all(folder.parent == storage.root for folder in folders)
    assert not storage.root.exists()


def test_models_may_be_elsewhere(storage: Storage, tmp_path: Path) -> None:
    assert dataclasses.replace(storage, models_folder=tmp_path / "weights").models == tmp_path / "weights"


def test_no_environment_no_python(storage: Storage) -> None:
    assert storage.worker_python_or_none() is None
    storage.environment.mkdir(parents=True)
    assert storage.worker_python_or_none() is None


def test_the_environments_python(storage: Storage) -> None:
    python = storage.environment / INSIDE
    python.parent.mkdir(parents=True)
    python.write_text("")
    assert storage.worker_python_or_none() is None  # it is being made, or that was cut short
    (storage.environment / "receipt.json").write_text("{}")
    assert storage.worker_python_or_none() == python


def test_a_named_python_goes_first_and_unlooked_at(storage: Storage, tmp_path: Path) -> None:
    assert dataclasses.replace(storage, python=tmp_path / "py").worker_python_or_none() == tmp_path / "py"


def test_job_folders_are_new_and_private(storage: Storage) -> None:
    first, second = storage.new_job_folder(), storage.new_job_folder()
    assert first != second
    assert {first.parent, second.parent} == {storage.jobs}
    if sys.platform != "win32":
        assert stat.S_IMODE(first.stat().st_mode) == 0o700


def test_a_job_folder_goes_with_all_it_holds_and_once(storage: Storage) -> None:
    folder = storage.new_job_folder()
    (folder / "deep").mkdir()
    (folder / "deep" / "mesh.npz").write_text("x")
    storage.remove_job_folder(folder)
    assert not folder.exists()
    storage.remove_job_folder(folder)


def test_no_other_folder_is_ever_removed(storage: Storage, tmp_path: Path) -> None:
    strangers = (tmp_path / "triposr-job-x", storage.jobs / "holiday", storage.jobs, storage.root)
    for stranger in strangers:
        stranger.mkdir(parents=True, exist_ok=True)
        with pytest.raises(ValueError, match="no job folder"):
            storage.remove_job_folder(stranger)
        assert stranger.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_what_a_link_in_a_job_folder_points_to_stays(storage: Storage, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    folder = storage.new_job_folder()
    (folder / "link").symlink_to(precious)
    storage.remove_job_folder(folder)
    assert not folder.exists()
    assert (precious / "file").exists()


def test_a_root_that_is_a_file(storage: Storage, tmp_path: Path) -> None:
    storage.root.write_text("in the way")
    with pytest.raises(StorageUnwritable, match="No file can be written in"):
        storage.new_job_folder()


def test_the_log_of_the_worker(storage: Storage) -> None:
    assert storage.worker_log_tail() == ""
    storage.worker_log.note("hello")
    assert storage.worker_log_tail(1).endswith("host: hello")
    assert (storage.logs / "worker.log").is_file()


def test_a_picture_is_kept_under_its_name_and_once(storage: Storage) -> None:
    first = storage.keep_picture("Viewport.png", b"pixels")
    assert (first.name, first.read_bytes()) == ("Viewport.png", b"pixels")
    assert storage.keep_picture("Viewport.png", b"pixels") == first
    other = storage.keep_picture("Viewport.png", b"other pixels")
    assert other != first
    assert sorted(path for path in storage.pictures.rglob("*") if path.is_file()) == sorted([first, other])


def test_an_old_mask_that_can_not_be_removed_yet_keeps_no_new_one_away(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    stuck = storage.masks / "somebody reads it"
    stuck.mkdir(parents=True)
    os.utime(stuck, (0, 0))
    assert storage.keep_mask(b"png").read_bytes() == b"png"
    assert stuck.is_dir()
    assert "can't be removed yet" in storage.worker_log_tail()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights; the user's folder is private there")
def test_nobody_else_looks_into_the_artists_pictures(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "data")
    storage.keep_mask(b"mask")
    storage.keep_picture("x.png", b"picture")
    storage.new_job_folder()
    for folder in (storage.masks, storage.pictures, storage.jobs):
        assert folder.stat().st_mode & 0o077 == 0
