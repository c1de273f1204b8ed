# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that several computers share: each makes its shard, and one of them gathers what all have made."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]

Run = Callable[..., tuple[int, list[str]]]
NAMES = ("a/good.png", "b/good.png", "b/good.jpg", "c/good.png", "reports-failure.png")
FORMAT = ("--recursive", "--format", "blend")


@pytest.fixture
def run(room: Callable[[str], Any]) -> Run:
    """The exit code, and the lines that were said on standard error."""

    def command(*words: object) -> tuple[int, list[str]]:
        heard = io.StringIO()
        with contextlib.redirect_stderr(heard):
            code = room("blender.command").run([str(word) for word in words])
        return code, heard.getvalue().splitlines()

    return command


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Four of one name that can be made, and one of another that fails."""
    for name in NAMES:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a picture")
    return tmp_path / "photos"


def catalogue(folder: Path) -> list[dict[str, Any]]:
    """The records, in their order."""
    return [json.loads(line) for line in (folder / "catalogue.jsonl").read_text().splitlines()]


def test_all_shards_make_each_picture_once_and_a_merge_puts_them_into_one_grid(
    bpy: Any, run: Run, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, into = tmp_path / "out", tmp_path / "all.blend"
    said = [run(photos, *FORMAT, "-o", out, "--shard", f"{number}/3", "--forgive") for number in (3, 1, 2)]
    assert [code for code, _ in said] == [0, 0, 0]
    assert sum(int(lines[0].split()[2]) for _, lines in said) == len(NAMES)
    assert len(list(out.glob("*.blend"))) == 4
    shown = [line for line in capfd.readouterr().out.splitlines() if line.startswith("Saved: '")]
    assert sorted(shown) == sorted(f"Saved: '{path}'" for path in (out / "thumbnails").iterdir())

    code, lines = run(photos, *FORMAT, "-o", out, "--merge", "--into", into)
    assert (code, lines[-1]) == (1, "4 of 5 there, 1 missing")
    assert lines[0].startswith("missing: reports-failure: PHOTO_UNREADABLE: The file is not a picture.")
    records = catalogue(out)
    assert [record["id"] for record in records] == [
        "a/good",
        "b/good.jpg",
        "b/good.png",
        "c/good",
        "reports-failure",
    ]
    assert {record["status"] for record in records[:4]} == {"made"}
    assert all((out / record["mesh"]).is_file() and (out / record["thumbnail"]).is_file() for record in records[:4])
    assert (records[0]["triangles"], records[0]["overlap"], records[0]["closed"]) == (4, 0.8, True)

    bpy.ops.wm.open_mainfile(filepath=str(into))
    things = list(bpy.data.collections["all"].objects)
    assert sorted(thing.name for thing in things) == ["good", "good.001", "good.002", "good.003"]
    assert len({(round(thing.location.x, 3), round(thing.location.y, 3)) for thing in things}) == 4
    assert {round(thing.matrix_world.translation.z, 5) for thing in things} == {0.0}
    assert all(thing.data.materials and thing.modifiers for thing in things)
    assert all(len(thing.data["triposr_field"]["triposr_field"]) > 0 for thing in things)


def test_a_merge_of_a_job_that_is_not_over_tells_what_is_missing_and_a_shard_again_makes_it(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    (photos / "reports-failure.png").unlink()
    out, words = tmp_path / "out", (photos, *FORMAT, "-o", tmp_path / "out")
    run(*words, "--shard", "1/2")
    there = len(list(out.glob("*.blend")))
    assert 0 < there < 4
    code, lines = run(*words, "--merge", "--forgive")
    assert (code, lines[-1]) == (0, f"{there} of 4 there, {4 - there} missing")
    assert sum("NOT_MADE: No shard has made it yet." in line for line in lines) == 4 - there
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.blend")}
    unrecorded = next(iter(before))  # as of a process that was killed between the two
    (out / "records" / f"{unrecorded.stem}.json").unlink()
    assert run(*words, "--shard", "1/1", "--only-new")[0] == 0
    assert {path for path in before if path.stat().st_mtime_ns != before[path]} == {unrecorded}
    assert run(*words, "--merge")[0] == 0
    assert {record["status"] for record in catalogue(out)} == {"made"}


def test_thumbnails_in_an_output_within_the_source_are_no_pictures(run: Run, photos: Path) -> None:
    (photos / "reports-failure.png").unlink()
    (photos / "thumbnails").mkdir()
    (photos / "a/good.png").rename(photos / "thumbnails/good.png")  # the artist's own folder of that name
    words = (photos, *FORMAT, "-o", photos / "out" / ".." / "out")
    assert run(*words, "--shard", "1/1")[0] == 0
    assert len(list((photos / "out" / "thumbnails").iterdir())) == 4
    assert run(*words, "--merge")[1][-1] == "4 of 4 there, 0 missing"


def test_a_broken_file_costs_the_merge_nothing_but_its_own_picture(
    bpy: Any, run: Run, photos: Path, tmp_path: Path
) -> None:
    out, into = tmp_path / "out", tmp_path / "all.blend"
    run(photos, *FORMAT, "-o", out, "--shard", "1/1")
    file = min(out.glob("*.blend"))
    file.write_bytes(file.read_bytes()[:1000])
    code, lines = run(photos, *FORMAT, "-o", out, "--merge", "--into", into)
    assert (code, lines[-1]) == (1, "3 of 5 there, 2 missing")
    assert f": PART_UNREADABLE: {file.name} can't be read" in lines[0]
    bpy.ops.wm.open_mainfile(filepath=str(into))
    assert len(bpy.data.collections["all"].objects) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no file has such a name")
def test_a_folder_of_odd_bytes_is_made(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("caf\udce9/good.png", "th\udce9/good.png"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True)
        (tmp_path / "photos" / name).write_bytes(b"a picture")
    words = (tmp_path / "photos", *FORMAT, "-o", tmp_path / "sort\udce9")
    assert run(*words, "--shard", "1/1")[0] == 0
    assert run(*words, "--merge")[0] == 0
    assert [record["id"] for record in catalogue(tmp_path / "sort\udce9")] == ["caf?/good", "th?/good"]
    assert capfd.readouterr().out.count("Saved: ") == 2


def test_a_picture_that_failed_since_its_file_was_made_is_missing(run: Run, tmp_path: Path) -> None:
    photo, out = tmp_path / "photos" / "good.png", tmp_path / "out"
    photo.parent.mkdir()
    photo.write_bytes(b"a picture")
    words = (photo.parent, *FORMAT, "-o", out)
    assert run(*words, "--shard", "1/1")[0] == 0
    record = json.loads((out / "records/good.json").read_text())
    failed = record | {"status": "failed", "code": "PHOTO_UNREADABLE", "sentence": "The file is not a picture."}
    (out / "records/good.json").write_text(json.dumps(failed))
    assert run(*words, "--merge") == (
        1,
        [
            "missing: good: PHOTO_UNREADABLE: The file is not a picture.",
            f"written: {out / 'catalogue.jsonl'}",
            "0 of 1 there, 1 missing",
        ],
    )
    made = (out / "good.blend").stat().st_mtime
    os.utime(out / "records/good.json", (made - 5.0, made - 5.0))  # as of a process that was killed before its record
    assert run(*words, "--merge")[0] == 0


def test_a_merge_of_nothing_leaves_the_blend_that_is_there(run: Run, photos: Path, tmp_path: Path) -> None:
    into = tmp_path / "all.blend"
    into.write_bytes(b"what an earlier merge has gathered")
    code, lines = run(photos, *FORMAT, "-o", tmp_path / "out", "--merge", "--into", into, "--forgive")
    assert (code, lines[-1]) == (1, "0 of 5 there, 5 missing")
    assert f"written: {into}" not in lines
    assert into.read_bytes() == b"what an earlier merge has gathered"
    assert len(catalogue(tmp_path / "out")) == 5


def test_a_computer_that_can_make_nothing_is_not_forgiven(
    run: Run, photos: Path, tmp_path: Path, box_worker: Callable[..., None]
) -> None:
    box_worker("dies")
    code, lines = run(photos, *FORMAT, "-o", tmp_path / "out", "--shard", "1/1", "--forgive")
    assert (code, lines[-1]) == (1, "0 of 5 made")


def test_what_others_have_made_does_not_forgive_a_broken_computer(
    run: Run, photos: Path, tmp_path: Path, session: Any, room: Callable[[str], Any]
) -> None:
    words = (photos, *FORMAT, "-o", tmp_path / "out", "--only-new", "--forgive")
    assert run(*words, "--shard", "1/1")[0] == 0
    assert run(*words, "--shard", "1/1")[0] == 0  # only the picture's own failure is left
    (photos / "b/good.tif").write_bytes(b"a picture")
    nowhere = room("host.worker_command").WorkerCommand(tmp_path / "no-python")
    session.make_generator = lambda storage, device: room("host.generation").Generator(
        storage, device=device, command=nowhere
    )
    code, lines = run(*words, "--shard", "1/1")
    assert (code, lines[-1]) == (1, "0 of 6 made, 4 there already")
    assert any(" WORKER_DID_NOT_START: " in line for line in lines)


def test_pictures_that_can_not_be_made_anywhere_are_forgiven(run: Run, photos: Path, tmp_path: Path) -> None:
    words = (photos / "reports-failure.png", "--format", "glb", "-o", tmp_path / "out", "--shard", "1/1")
    assert run(*words)[0] == 1
    assert run(*words, "--forgive")[0] == 0
    record = json.loads((tmp_path / "out/records/reports-failure.json").read_text())
    assert (record["status"], record["code"], record["picture_bytes"]) == ("failed", "PHOTO_UNREADABLE", 9)


def test_there_may_be_more_pictures_than_the_queue_takes(
    run: Run, photos: Path, tmp_path: Path, room: Callable[[str], Any], session: Any
) -> None:
    ahead = room("blender.command_run").AHEAD
    many = photos / "many"
    many.mkdir()
    for number in range(ahead + 6):
        (many / f"reports-failure_{number}.png").write_bytes(b"a picture")
    code, lines = run(many, "--format", "ply", "-o", tmp_path / "out", "--shard", "1/1", "--forgive")
    assert (code, lines[-1]) == (0, f"0 of {ahead + 6} made")
    assert len(list((tmp_path / "out" / "records").iterdir())) == ahead + 6
    assert not session.queue.views()


WRONG = {
    "--shard goes with a folder": ["-o", "out.blend", "--shard", "1/2"],
    "3/2 is no shard: write 2/8": ["-o", "out", "--shard", "3/2"],
    "--merge goes with the folder": ["-o", "out", "--merge", "--only-new"],
    "--into goes with --merge": ["-o", "out", "--format", "blend", "--into", "all.blend"],
    "--into gathers .blend files": ["-o", "out", "--merge", "--into", "all.blend"],
    "--forgive goes with --shard or --merge": ["-o", "out", "--forgive"],
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_what_does_not_go_together_is_refused(room: Callable[[str], Any], words: list[str]) -> None:
    heard = io.StringIO()
    with contextlib.redirect_stderr(heard), pytest.raises(SystemExit) as ended:
        room("blender.command_line").read(["photos", *words])
    assert ended.value.code == 2
    assert next(what for what, said in WRONG.items() if said == words) in heard.getvalue()
