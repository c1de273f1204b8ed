# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are, who may read them, and that nothing of anybody else's is ever removed."""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from triposr_addon.host.failures import StorageUnwritable
from triposr_addon.host.storage import ABANDONED_AFTER_SECONDS, FIELD_ENDING, Storage

INSIDE = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")


def test_naming_the_folders_makes_none(storage: Storage) -> None:
    folders = (storage.environment, storage.models, storage.rembg, storage.fields, storage.jobs, storage.logs)
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


def test_folders_of_a_blender_that_crashed_go_after_a_week(storage: Storage) -> None:
    abandoned, recent = storage.new_job_folder(), storage.new_job_folder()
    stranger = storage.jobs / "holiday"
    stranger.mkdir()
    old = time.time() - ABANDONED_AFTER_SECONDS - 60
    os.utime(abandoned, (old, old))
    os.utime(stranger, (old, old))
    storage.new_job_folder()
    assert not abandoned.exists()
    assert recent.exists()
    assert stranger.exists()


def test_a_kept_field_has_a_name_of_its_own(storage: Storage, tmp_path: Path) -> None:
    field = tmp_path / ("field" + FIELD_ENDING)
    field.write_bytes(b"planes")
    first, second = storage.keep_field(field, "My Teapot"), storage.keep_field(field, "My Teapot")
    assert first != second
    assert first.name.startswith("My Teapot-")
    assert first.name.endswith(FIELD_ENDING)
    assert first.read_bytes() == second.read_bytes() == b"planes"
    assert sorted(storage.fields.iterdir()) == sorted([first, second])
    assert field.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "", "...", "CON:", "x" * 300, "写真 № 1", "nul\0"])
def test_a_field_stays_in_its_folder_whatever_the_name(storage: Storage, tmp_path: Path, name: str) -> None:
    field = tmp_path / "field"
    field.write_bytes(b"planes")
    kept = storage.keep_field(field, name)
    assert kept.parent == storage.fields
    assert kept.resolve().parent == storage.fields.resolve()
    assert kept.read_bytes() == b"planes"


def test_a_root_that_is_a_file(storage: Storage, tmp_path: Path) -> None:
    storage.root.write_text("in the way")
    field = tmp_path / "field"
    field.write_bytes(b"planes")
    with pytest.raises(StorageUnwritable, match="No file can be written in"):
        storage.new_job_folder()
    with pytest.raises(StorageUnwritable, match="No file can be written in"):
        storage.keep_field(field, "teapot")


def test_nothing_half_written_is_left_of_a_field(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable):
        storage.keep_field(tmp_path / "gone", "teapot")
    assert [*storage.fields.iterdir()] == []


def test_the_log_of_the_worker(storage: Storage) -> None:
    assert storage.worker_log_tail() == ""
    storage.worker_log.note("hello")
    assert storage.worker_log_tail(1).endswith("host: hello")
    assert (storage.logs / "worker.log").is_file()
