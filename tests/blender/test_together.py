# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that pass through the network together: folders, candidates and the queue are as one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = [pytest.mark.bpy]

GOOD = ("good_1", "good_2", "good_3", "good_4", "good_5", "good_6")


@pytest.fixture(autouse=True)
def four_at_once(box_worker: Callable[..., None]) -> None:
    """A worker that wishes for four at once."""
    box_worker(best_batch=4)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Seven pictures, one of them broken."""
    folder = tmp_path / "Shelf"
    folder.mkdir()
    for name in (*GOOD, "reports-failure"):
        (folder / f"{name}.png").write_bytes(name.encode())
    return folder


@pytest.fixture
def begin(
    bpy: Any, room: Callable[[str], Any], session: Any, picture: Callable[[str], Path]
) -> Callable[..., list[str]]:
    """Order meshes of pictures of those names, as the button does; gives the jobs' ids."""

    def order(*names: str) -> list[str]:
        jobs = []
        for name in names:
            picture(f"{name}.png")
            jobs.append(str(session.start(room("blender.order").order_from_context(bpy.context))))
        return jobs

    return order


def tick_until(session: Any, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, states(session)
        session.tick()
        time.sleep(0.01)


def deliver_all(bpy: Any, session: Any) -> None:
    while session.queue.busy():
        tick_until(session, lambda: bool(session.queue.ripe()))
        for view in session.queue.ripe():
            bpy.ops.triposr.deliver(job=view.id)


def states(session: Any) -> list[str]:
    return [view.state.value for view in session.queue.views()]


def test_a_folder_is_as_one_by_one(bpy: Any, session: Any, shelf: Path) -> None:
    assert bpy.ops.triposr.add_folder(directory=str(shelf)) == {"FINISHED"}
    collection = bpy.context.scene.collection.children["Shelf"]
    assert sorted(item.name for item in collection.objects) == list(GOOD)
    assert len({tuple(item.location) for item in collection.objects}) == 6
    run = session.folder_run
    assert run.over
    assert [line.picture for line in run.failed()] == ["reports-failure.png"]
    assert session.storage().worker_log_tail().count("started worker") == 1


def test_a_picture_that_breaks_the_worker_costs_itself_alone(bpy: Any, session: Any, shelf: Path) -> None:
    (shelf / "reports-failure.png").rename(shelf / "is-killed.png")
    bpy.ops.triposr.add_folder(directory=str(shelf))
    assert sorted(item.name for item in bpy.data.collections["Shelf"].objects) == list(GOOD)
    assert [line.picture for line in session.folder_run.failed()] == ["is-killed.png"]


def test_four_candidates_are_there_for_the_picking(
    bpy: Any, room: Callable[[str], Any], session: Any, picture: Callable[[str], Path]
) -> None:
    picture("good.png")
    assert bpy.ops.triposr.try_four() == {"FINISHED"}
    there = room("blender.candidates").candidates(session.queue)
    assert len({view.request.photo_settings for view, _ticket in there}) == 4
    assert bpy.ops.triposr.pick(candidate=3) == {"FINISHED"}
    assert [item.name for item in bpy.data.objects] == ["good"]


def test_the_panel_shows_all_that_are_under_way(
    bpy: Any, room: Callable[[str], Any], session: Any, begin: Callable[..., list[str]]
) -> None:
    jobs = begin("good", "answers-late", "good", "good")
    tick_until(session, lambda: states(session).count("running") == 3)
    lines: list[str] = []
    panel = room("blender.queue_panel").TRIPOSR_PT_queue
    panel.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
    assert sum(line.startswith("progress ") for line in lines) == 3
    assert session.queue.current_or_none().id == jobs[1]
    assert bpy.ops.triposr.cancel(job=jobs[2]) == {"FINISHED"}
    deliver_all(bpy, session)
    assert states(session) == ["done", "done", "cancelled", "done"]
    assert bpy.ops.triposr.retry(job=jobs[2]) == {"FINISHED"}
    deliver_all(bpy, session)
    assert states(session) == ["done"] * 4
    assert len(bpy.data.objects) == 4
