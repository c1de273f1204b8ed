# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that a library is made in: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import errno
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.batch.target import RECORD_NAME, Target  # noqa: E402 - after the check that torch is there
from triposr_addon.batch.target_failures import TargetFull, TargetUnwritable  # noqa: E402
from triposr_addon.catalogue_file import FAILED, MADE, Record  # noqa: E402

pytestmark = pytest.mark.torch

MESH = {"mesh.glb": b"mesh", "thumbnail.png": b"thumb"}
CUP = Record("cup", "cup.png", MADE, mesh="mesh.glb", thumbnail="thumbnail.png", fingerprint="f", picture_sha256="p")


def names(target: Target) -> list[str]:
    folder = target.root / target.record_or_none("cup").folder  # type: ignore[union-attr]  # it is there
    return sorted(path.name for path in folder.iterdir())


def all_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_is_kept_is_there_with_its_record(tmp_path: Path) -> None:
    target = Target(tmp_path)
    kept = target.keep(CUP, MESH)
    assert kept == target.record_or_none("cup")
    assert target.is_whole(kept)
    assert kept.sizes == {"mesh.glb": 4, "thumbnail.png": 5}
    assert names(target) == ["mesh.glb", RECORD_NAME, "thumbnail.png"]


def test_a_cut_file_is_noticed(tmp_path: Path) -> None:
    target = Target(tmp_path)
    kept = target.keep(CUP, MESH)
    (tmp_path / kept.folder / "mesh.glb").write_bytes(b"me")
    assert not target.is_whole(kept)
    (tmp_path / kept.folder / "mesh.glb").unlink()
    assert not target.is_whole(kept)


def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    target = Target(tmp_path)
    kept = target.keep(CUP, MESH)
    written: list[Path] = []
    assert Target(tmp_path, lambda path, _data: written.append(path)).keep(CUP, MESH) == kept
    assert written == []


def test_a_failure_takes_the_former_mesh_away_but_not_what_is_not_ours(tmp_path: Path) -> None:
    target = Target(tmp_path)
    kept = target.keep(CUP, MESH)
    (tmp_path / kept.folder / "my_own.blend").write_bytes(b"x")
    target.keep(Record("cup", "cup.png", FAILED, "PHOTO_EMPTY", "It is empty."), {})
    assert names(target) == ["my_own.blend", RECORD_NAME]


def test_a_failure_takes_nothing_away_that_another_attempt_at_the_same_has_made(tmp_path: Path) -> None:
    target = Target(tmp_path)
    kept = target.keep(CUP, MESH)
    failed = Record("cup", "cup.png", FAILED, "OUT_OF_MEMORY", "No room.", fingerprint="f", picture_sha256="p")
    assert target.keep(failed, {}) == kept
    assert names(target) == ["mesh.glb", RECORD_NAME, "thumbnail.png"]


def test_what_others_left_aside_goes(tmp_path: Path) -> None:
    target = Target(tmp_path)
    folder = tmp_path / target.keep(CUP, MESH).folder
    (folder / ".0123.mesh.glb").write_bytes(b"half")
    target.keep(Record("cup", "cup.png", MADE, mesh="mesh.glb", fingerprint="g"), {"mesh.glb": b"other"})
    assert names(target) == ["mesh.glb", RECORD_NAME]


@pytest.mark.parametrize(
    ("number", "failure"),
    [(errno.ENOSPC, TargetFull), (errno.EFBIG, TargetFull), (errno.EROFS, TargetUnwritable), (13, TargetUnwritable)],
)
@pytest.mark.parametrize("breaks_at", ["mesh.glb", "thumbnail.png", RECORD_NAME])
def test_a_refusal_of_the_system_is_named_and_leaves_nothing(
    number: int, failure: type[Exception], breaks_at: str, tmp_path: Path
) -> None:
    def write(path: Path, data: bytes) -> None:
        path.write_bytes(data[:2])
        if path.name.endswith(breaks_at):
            raise OSError(number, "no")

    with pytest.raises(failure):
        Target(tmp_path, write).keep(CUP, MESH)
    assert all_files(tmp_path) == []
    assert Target(tmp_path).record_or_none("cup") is None


def test_a_former_result_stays_whole_where_the_new_one_finds_no_room(tmp_path: Path) -> None:
    kept = Target(tmp_path).keep(CUP, MESH)

    def full(_path: Path, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "no")

    with pytest.raises(TargetFull):
        Target(tmp_path, full).keep(Record("cup", "cup.png", MADE, fingerprint="g"), {"mesh.glb": b"other"})
    assert Target(tmp_path).record_or_none("cup") == kept
    assert Target(tmp_path).is_whole(kept)


def test_an_attempt_whose_files_another_one_tidies_away_ends_well(tmp_path: Path) -> None:
    other = Target(tmp_path)
    meanwhile = [lambda: other.keep(CUP, MESH)]

    def write(path: Path, data: bytes) -> None:
        path.write_bytes(data)
        if path.name.endswith(RECORD_NAME) and meanwhile:
            meanwhile.pop()()

    kept = Target(tmp_path, write).keep(CUP, MESH)
    assert kept == other.record_or_none("cup")
    assert other.is_whole(kept)
    assert names(other) == ["mesh.glb", RECORD_NAME, "thumbnail.png"]


def test_a_record_in_another_items_folder_is_none(tmp_path: Path) -> None:
    target = Target(tmp_path)
    folder = tmp_path / target.keep(CUP, MESH).folder
    (folder.parent / "cup2").mkdir()
    (folder.parent / "cup2" / RECORD_NAME).write_bytes((folder / RECORD_NAME).read_bytes())
    assert [record.id for record in target.records()] == ["cup"]


def test_a_target_that_is_a_file_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TargetUnwritable):
        Target(tmp_path / "file").prepare()


def test_attempts_with_other_results_at_the_same_time_leave_one_of_them_whole(tmp_path: Path) -> None:
    """As where a lost node comes back, and its card rounds otherwise than the one that has taken its work on."""

    def attempt(number: int) -> None:
        target = Target(tmp_path)
        for times in range(6):
            data = bytes([number]) * (10 + number + 4 * times)
            target.keep(CUP, {"mesh.glb": data, "thumbnail.png": data})

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(attempt, number) for number in range(4)]:
            done.result()
    kept = Target(tmp_path).record_or_none("cup")
    assert kept
    assert names(Target(tmp_path)) == ["mesh.glb", RECORD_NAME, "thumbnail.png"]
    for name, digest in kept.hashes.items():
        assert hashlib.sha256((tmp_path / kept.folder / name).read_bytes()).hexdigest() == digest
