# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures in Blender: a grid in a collection of its own, failures passed over, and going on later."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Five pictures, one of them broken; two more in a folder within."""
    folder = tmp_path / "Shelf"
    (folder / "deep").mkdir(parents=True)
    for name in ("good_1", "good_2", "reports-failure", "good_3", "good_4", "deep/good_5", "deep/good_6"):
        (folder / f"{name}.png").write_bytes(name.encode())
    return folder


def add(bpy: Any, folder: Path, **options: object) -> Any:
    return bpy.ops.triposr.add_folder(directory=str(folder), **options)


def lines(session: Any, folder: Path) -> list[dict[str, Any]]:
    text = (session.storage().folder_record(folder) / "log.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def names(collection: Any) -> list[str]:
    return sorted(item.name for item in collection.objects)


def test_objects_stand_in_a_collection_of_the_folders_name(bpy: Any, shelf: Path) -> None:
    assert add(bpy, shelf) == {"FINISHED"}
    collection = bpy.context.scene.collection.children["Shelf"]
    assert names(collection) == ["good_1", "good_2", "good_3", "good_4"]
    assert [item.name for item in bpy.context.scene.collection.objects] == []
    places = {(round(item.location.x, 3), round(item.location.y, 3)) for item in collection.objects}
    assert len(places) == 4
    assert len({y for _, y in places}) == 2


def test_a_broken_picture_is_passed_over_and_listed(
    bpy: Any, session: Any, room: Callable[[str], Any], shelf: Path
) -> None:
    add(bpy, shelf)
    run = session.folder_run
    assert run.over
    assert [line.picture for line in run.failed()] == ["reports-failure.png"]
    assert room("blender.folder_report").summary_of(run).startswith("4 of 5 made, 1 failed, in ")
    assert run.summary() == room("blender.folder_report").summary_of(run)
    assert session.failure is None


def test_the_log_has_a_line_for_each(bpy: Any, session: Any, shelf: Path) -> None:
    add(bpy, shelf)
    told = {line["picture"]: line for line in lines(session, shelf)}
    assert {name: line["status"] for name, line in told.items()} == {
        "good_1.png": "made",
        "good_2.png": "made",
        "good_3.png": "made",
        "good_4.png": "made",
        "reports-failure.png": "failed",
    }
    made = told["good_1.png"]
    assert (made["object"], made["overlap"], made["triangles"], made["closed"]) == ("good_1", 0.8, 4, True)
    assert made["settings"]["recipe"]["resolution"] == bpy.context.scene.triposr.resolution
    assert told["reports-failure.png"]["sentence"]


def test_it_goes_on_where_it_stopped(bpy: Any, session: Any, shelf: Path) -> None:
    add(bpy, shelf)
    add(bpy, shelf, recursive=True)
    assert [picture.name for picture in session.folder_run.pictures] == [
        "good_5.png",
        "good_6.png",
        "reports-failure.png",
    ]
    assert session.folder_run.left_out == 4
    assert names(bpy.data.collections["Shelf"]) == [f"good_{number}" for number in range(1, 7)]
    places = [(round(item.location.x, 3), round(item.location.y, 3)) for item in bpy.data.objects]
    assert len(set(places)) == 6


def test_a_deleted_object_is_missing_but_its_picture_is_not_new(bpy: Any, session: Any, shelf: Path) -> None:
    (shelf / "reports-failure.png").unlink()
    add(bpy, shelf)
    bpy.data.objects.remove(bpy.data.objects["good_2"])
    assert add(bpy, shelf, which="NEW") == {"CANCELLED"}
    assert "nothing to do" in session.notice
    add(bpy, shelf)
    assert [picture.name for picture in session.folder_run.pictures] == ["good_2.png"]


def test_a_changed_picture_is_new(bpy: Any, session: Any, shelf: Path) -> None:
    add(bpy, shelf)
    (shelf / "good_3.png").write_bytes(b"taken again")
    add(bpy, shelf, which="NEW")
    assert [picture.name for picture in session.folder_run.pictures] == ["good_3.png", "reports-failure.png"]
    add(bpy, shelf, which="ALL")
    assert len(session.folder_run.pictures) == 5


def test_another_file_lacks_them_all(bpy: Any, session: Any, shelf: Path) -> None:
    add(bpy, shelf)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    add(bpy, shelf)
    assert len(session.folder_run.pictures) == 5
    assert len(bpy.data.collections["Shelf"].objects) == 4


def begun(bpy: Any, session: Any, room: Callable[[str], Any], folder: Path) -> list[str]:
    """As with a window: ordered, and nothing is done yet."""
    module = room("blender.folder_import")
    run = module._begun(folder, False, module.Which.MISSING, session)
    jobs: list[str] = module._ordered(bpy.context, run, session)
    session.folder_run = run
    return jobs


def settle(bpy: Any, session: Any, job: str) -> None:
    session.run_to_end(job)
    bpy.ops.triposr.deliver(job=job)


def test_a_run_outlives_another_file(bpy: Any, session: Any, room: Callable[[str], Any], shelf: Path) -> None:
    jobs = begun(bpy, session, room, shelf)
    settle(bpy, session, jobs[0])
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    for job in jobs[1:]:
        settle(bpy, session, job)
    assert session.folder_run.over
    assert names(bpy.data.collections["Shelf"]) == ["good_2", "good_3", "good_4"]


def test_a_run_outlives_undo(bpy: Any, session: Any, room: Callable[[str], Any], shelf: Path) -> None:
    bpy.ops.ed.undo_push(message="before")
    jobs = begun(bpy, session, room, shelf)
    session.run_to_end(jobs[0])
    bpy.ops.triposr.deliver("EXEC_DEFAULT", True, job=jobs[0])
    assert names(bpy.data.collections["Shelf"]) == ["good_1"]
    bpy.ops.ed.undo()
    assert "Shelf" not in bpy.data.collections
    session.run_to_end(jobs[1])
    bpy.ops.triposr.deliver("EXEC_DEFAULT", True, job=jobs[1])
    assert names(bpy.data.collections["Shelf"]) == ["good_2"]


def test_what_is_cancelled_is_in_the_log_and_made_the_next_time(
    bpy: Any, session: Any, room: Callable[[str], Any], shelf: Path
) -> None:
    jobs = begun(bpy, session, room, shelf)
    settle(bpy, session, jobs[0])
    session.queue.cancel_all()
    for job in jobs[1:]:
        settle(bpy, session, job)
    assert session.folder_run.over
    assert session.folder_run.summary().startswith("1 of 5 made, 4 cancelled, in ")
    add(bpy, shelf)
    assert len(session.folder_run.pictures) == 4
    assert len(bpy.data.collections["Shelf"].objects) == 4


def test_what_is_in_the_queue_already_is_not_ordered_twice(
    bpy: Any, session: Any, room: Callable[[str], Any], shelf: Path
) -> None:
    jobs = begun(bpy, session, room, shelf)
    module = room("blender.folder_import")
    assert module._begun(shelf, False, module.Which.MISSING, session).pictures == ()
    session.queue.cancel_all()
    for job in jobs:
        session.queue.clear(job)
    assert session.folder_run.over


@pytest.mark.parametrize("name", ["empty", "nowhere"])
def test_a_folder_without_pictures_is_told(bpy: Any, session: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RuntimeError, match="No picture was found"):
        add(bpy, tmp_path / name)
    assert session.failure.code == "FOLDER_WITHOUT_PICTURES"


def test_the_record_can_be_shown(bpy: Any, shelf: Path) -> None:
    add(bpy, shelf)
    assert bpy.ops.triposr.open_folder_record() == {"FINISHED"}


def test_one_folder_has_one_log_however_it_is_called(bpy: Any, session: Any, shelf: Path) -> None:
    add(bpy, shelf)
    add(bpy, shelf / "deep" / ".." / "")
    assert [picture.name for picture in session.folder_run.pictures] == ["reports-failure.png"]


def test_a_failure_names_its_picture_once(room: Callable[[str], Any]) -> None:
    named = room("blender.folder_report").named
    assert named("deep/cup.png", "cup.png is not an image.") == "cup.png is not an image."
    assert named("deep/cup.png", "No subject was found.") == "deep/cup.png: No subject was found."
