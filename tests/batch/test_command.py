# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m triposr_addon batch`: what it makes, what it says, its exit code, and what interrupts it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.batch.library import QUICK, draw_picture, draw_pictures, files_below, lasting  # noqa: E402
from triposr_addon.__main__ import main  # noqa: E402
from triposr_addon.catalogue_file import CATALOGUE_NAME, Record, records_in  # noqa: E402

pytestmark = pytest.mark.torch

PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Library:
    """A folder of pictures, and where their library goes."""

    pictures: Path
    target: Path

    def command(self, *more: str) -> list[str]:
        return ["batch", str(self.pictures), "-o", str(self.target), *QUICK, "--lanes", "1", *more]

    def records(self) -> list[Record]:
        with (self.target / CATALOGUE_NAME).open("rb") as file:
            return list(records_in(file))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    draw_pictures(tmp_path / "pictures", 3)
    return Library(tmp_path / "pictures", tmp_path / "target")


def written_at(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def started(arguments: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "triposr_addon", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_records(target: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while len(list(target.rglob("record.json"))) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_each_picture_gets_a_mesh_and_a_line(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(library.command()) == 0
    out, err = capsys.readouterr()
    assert out == f"{library.target / CATALOGUE_NAME}\n"
    assert "3 of 3 meshes are there" in err
    records = library.records()
    assert [record.id for record in records] == ["blob0", "blob1", "blob2"]
    assert all((library.target / record.folder / record.mesh).is_file() for record in records)


def test_the_same_again_writes_no_item(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    main(library.command())
    before = written_at(library.target / "items")
    assert main(library.command()) == 0
    assert written_at(library.target / "items") == before
    assert "3 are there, 0 to make" in capsys.readouterr().err


def test_only_what_is_missing_or_changed_is_made(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    main(library.command())
    before = {record.id: record for record in library.records()}
    draw_picture(library.pictures / "blob0.png", 7)  # another picture of that name
    mesh = library.target / before["blob1"].folder / "mesh.glb"
    mesh.write_bytes(mesh.read_bytes()[:-1])  # cut short
    draw_picture(library.pictures / "new.png", 5)
    os.utime(library.pictures / "blob2.png")  # touched, but what it was
    assert main(library.command()) == 0
    assert "1 are there, 3 to make" in capsys.readouterr().err
    after = {record.id: record for record in library.records()}
    assert after["blob0"].hashes != before["blob0"].hashes
    assert lasting(after["blob1"]) == lasting(before["blob1"])
    assert after["blob2"] == before["blob2"]
    assert sorted(after) == ["blob0", "blob1", "blob2", "new"]


def test_other_settings_make_all_anew(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    main(library.command())
    main(library.command("--symmetry"))
    assert capsys.readouterr().err.count("3 pictures, 3 to make") == 2


def test_a_failure_is_named_recorded_and_not_tried_again(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    bad = library.pictures / "bad.png"
    bad.write_bytes(b"no picture")
    assert main(library.command()) == 1
    assert "failed: bad: bad.png is not an image" in capsys.readouterr().err
    assert main(library.command()) == 1
    assert "failed before: bad [PHOTO_UNREADABLE]" in capsys.readouterr().err
    assert main(library.command("--retry-failed")) == 1
    assert "failed: bad: " in capsys.readouterr().err
    draw_picture(bad, 4)
    assert main(library.command()) == 0
    assert [record.status for record in library.records()] == ["made"] * 4


def test_shards_and_a_merge_make_what_one_run_makes(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    whole = Library(library.pictures, library.target.with_name("whole"))
    main(whole.command())
    assert main(library.command("--shard", "1/2")) == 0
    assert main(["batch", "--merge", str(library.target), str(library.pictures)]) == 1
    assert "missing: " in capsys.readouterr().err
    assert main(library.command("--shard", "2/2")) == 0
    assert main(["batch", "--merge", str(library.target), str(library.pictures)]) == 0
    assert [lasting(one) for one in library.records()] == [lasting(one) for one in whole.records()]
    assert files_below(library.target) == files_below(whole.target)


@pytest.mark.parametrize(
    "arguments",
    [
        ["batch", "nowhere", "-o", "TARGET"],
        ["batch", "PICTURES", "-o", "TARGET", "--model", "nowhere"],
        ["batch", "PICTURES", "-o", "TARGET", "--device", "toaster"],
        ["batch", "--merge", "TARGET"],
    ],
)
def test_what_is_not_there_is_told_before_any_work(
    arguments: list[str], library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"PICTURES": str(library.pictures), "TARGET": str(library.target)}
    assert main([places.get(word, word) for word in arguments]) == 2
    assert "error: " in capsys.readouterr().err
    assert not library.target.exists()


@pytest.mark.parametrize("arguments", [["batch"], ["batch", "x"], ["batch", "x", "-o", "y", "--shard", "3/2"]])
def test_a_command_without_sense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_a_file_in_the_targets_place_is_named(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    library.target.write_text("x")
    assert main(library.command()) == 3
    assert "[TARGET_UNWRITABLE]" in capsys.readouterr().err


def test_a_full_disk_is_named_and_the_same_command_goes_on(library: Library) -> None:
    """A limit on the size of files refuses the meshes' fields as a full disk would."""
    limited = f'ulimit -f 200; exec {sys.executable} -m triposr_addon "$@"'
    arguments = [*library.command(), "--lanes", "2"]
    ended = subprocess.run(
        ["bash", "-c", limited, "_", *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert ended.returncode == 3
    assert "[TARGET_FULL]" in ended.stderr
    assert files_below(library.target) == {}
    assert main(library.command()) == 0


@pytest.mark.parametrize("lanes", ["1", "2"])
def test_ctrl_c_ends_in_order_and_the_same_command_goes_on(lanes: str, library: Library) -> None:
    draw_pictures(library.pictures, 12)
    run = started([*library.command(), "--lanes", lanes])
    wait_for_records(library.target, 2)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: lanes get it too
    out, err = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 130, err
    assert "Traceback" not in err
    records = library.records()
    assert 2 <= len(records) < 12
    assert out == f"{library.target / CATALOGUE_NAME}\n"
    assert not [path for path in library.target.rglob(".*")], "nothing is left aside"
    assert main(library.command()) == 0
    assert len(library.records()) == 12


def test_a_run_that_is_killed_loses_and_doubles_nothing(library: Library) -> None:
    draw_pictures(library.pictures, 8)
    whole = Library(library.pictures, library.target.with_name("whole"))
    main(whole.command())
    run = started([*library.command(), "--lanes", "2"])
    wait_for_records(library.target, 3)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate(timeout=PATIENCE_SECONDS)
    assert main(library.command()) == 0
    assert [lasting(one) for one in library.records()] == [lasting(one) for one in whole.records()]
    assert files_below(library.target) == files_below(whole.target)


def test_results_that_were_moved_are_still_there(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    main(library.command())
    elsewhere = Library(library.pictures, library.target.with_name("elsewhere"))
    shutil.move(library.target, elsewhere.target)
    assert main(elsewhere.command()) == 0
    assert "3 are there, 0 to make" in capsys.readouterr().err
