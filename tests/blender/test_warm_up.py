# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing a picture gets the worker ready, where that is wanted and possible, and never more than that."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

Picture = Callable[[str], Path]


@pytest.fixture
def ready(session: Any, box_worker: Callable[..., None]) -> Iterator[Any]:
    """A session whose worker could be started."""
    session.preferences().worker_python = sys.executable
    yield session
    session.preferences().worker_python = ""
    session.preferences().warm_up = True


@pytest.fixture
def warm_up(bpy: Any, room: Callable[[str], Any], ready: Any) -> Callable[[], bool]:
    return lambda: bool(room("blender.warm_up").warm_up(ready, bpy.context.scene.triposr))


def wait_for_log(session: Any, words: str) -> None:
    """The worker answers by itself; a tick takes the answer to the log."""
    deadline = time.monotonic() + 60
    log = session.storage().worker_log
    while not (log.path.exists() and words in log.tail(50)):
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.02)


def test_a_chosen_picture_gets_the_worker_ready(ready: Any, warm_up: Callable[[], bool], picture: Picture) -> None:
    picture("good.png")
    assert warm_up()
    assert not ready.queue.busy()
    wait_for_log(ready, "warmed up, seconds")


def test_the_job_that_follows_takes_the_same_worker(
    bpy: Any, ready: Any, warm_up: Callable[[], bool], picture: Picture
) -> None:
    picture("good.png")
    assert warm_up()
    wait_for_log(ready, "warmed up, seconds")
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    assert ready.storage().worker_log.tail(50).count("started worker") == 1


@pytest.mark.parametrize("picture_name", ["", "not-there.png"])
def test_without_a_picture_nothing_is_started(
    bpy: Any, warm_up: Callable[[], bool], tmp_path: Path, picture_name: str
) -> None:
    bpy.context.scene.triposr.image_path = str(tmp_path / picture_name) if picture_name else ""
    assert not warm_up()


def test_without_a_model_nothing_is_started(bpy: Any, warm_up: Callable[[], bool], picture: Picture) -> None:
    picture("good.png")
    bpy.context.scene.triposr.model = "FOLDER"
    assert not warm_up()


def test_without_an_environment_nothing_is_started(
    session: Any, ready: Any, warm_up: Callable[[], bool], picture: Picture
) -> None:
    picture("good.png")
    session.preferences().worker_python = ""
    assert not warm_up()


def test_whoever_does_not_want_it_is_left_alone(ready: Any, warm_up: Callable[[], bool], picture: Picture) -> None:
    picture("good.png")
    ready.preferences().warm_up = False
    assert not warm_up()


def test_while_a_job_runs_nothing_else_is_asked(
    bpy: Any, room: Callable[[str], Any], ready: Any, warm_up: Callable[[], bool], picture: Picture
) -> None:
    picture("works-until-cancelled.png")
    ready.start(room("blender.order").order_from_context(bpy.context))
    assert not warm_up()
    ready.queue.cancel_all()


def test_a_script_that_sets_the_settings_starts_no_process(ready: Any, bpy: Any, picture: Picture) -> None:
    picture("good.png")
    bpy.context.scene.triposr.background = "flat"
    assert not ready.storage().worker_log.path.exists()


def test_a_file_keeps_nothing_of_it(
    bpy: Any, ready: Any, warm_up: Callable[[], bool], picture: Picture, tmp_path: Path
) -> None:
    picture("good.png")
    assert warm_up()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    wait_for_log(ready, "warmed up, seconds")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    assert not ready.queue.busy()
    assert bpy.ops.triposr.generate() == {"FINISHED"}
