# SPDX-License-Identifier: GPL-3.0-or-later
"""Results appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from triposr_addon.worker import failures
from triposr_addon.worker.result_file import written_aside


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    with written_aside(tmp_path / "mesh.npz") as aside:
        aside.write_bytes(b"half")
        assert "mesh.npz" not in names(tmp_path)
        assert aside.suffix == ".npz"
        aside.write_bytes(b"whole")
    assert names(tmp_path) == ["mesh.npz"]
    assert (tmp_path / "mesh.npz").read_bytes() == b"whole"


def test_an_older_result_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "mesh.npz").write_bytes(b"old")
    with written_aside(tmp_path / "mesh.npz") as aside:
        aside.write_bytes(b"new")
    assert (tmp_path / "mesh.npz").read_bytes() == b"new"


@pytest.mark.parametrize("error", [failures.Cancelled(), ValueError("unforeseen"), KeyboardInterrupt()])
def test_nothing_is_left_of_a_failure_and_an_older_result_stays(error: BaseException, tmp_path: Path) -> None:
    (tmp_path / "mesh.npz").write_bytes(b"old")
    with pytest.raises(type(error)), written_aside(tmp_path / "mesh.npz") as aside:  # noqa: PT012 - fails half way
        aside.write_bytes(b"half")
        raise error
    assert names(tmp_path) == ["mesh.npz"]
    assert (tmp_path / "mesh.npz").read_bytes() == b"old"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(failures.OutputUnwritable, match="does not exist"),
        written_aside(tmp_path / "nowhere" / "mesh.npz") as aside,
    ):
        aside.write_bytes(b"whole")


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "mesh.npz").mkdir()
    with pytest.raises(failures.OutputUnwritable), written_aside(tmp_path / "mesh.npz") as aside:
        aside.write_bytes(b"whole")
    assert names(tmp_path) == ["mesh.npz"]


def test_a_disk_that_becomes_read_only_is_named(tmp_path: Path) -> None:
    """What was begun can't be removed then; a folder in its place can't either, and no rights are needed for that."""
    with pytest.raises(failures.OutputUnwritable), written_aside(tmp_path / "mesh.npz") as aside:  # noqa: PT012 - as above
        aside.mkdir()
        raise OSError("Read-only file system")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    def write_to_full_disk() -> None:
        with written_aside(tmp_path / "mesh.npz") as aside:
            aside.symlink_to("/dev/full")
            aside.write_bytes(b"whole")

    with pytest.raises(failures.OutputUnwritable, match="space"):
        write_to_full_disk()
    assert names(tmp_path) == []


def test_a_very_long_name_still_has_room_for_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 240 + ".npz")
    with written_aside(path) as aside:
        aside.write_bytes(b"whole")
    assert path.read_bytes() == b"whole"
