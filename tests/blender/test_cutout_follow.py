# SPDX-License-Identifier: GPL-3.0-or-later
"""A cut-out is asked for when it is wanted, followed until it is there, and shown."""

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
    session.preferences().show_cut_out = True


@pytest.fixture
def follow(room: Callable[[str], Any]) -> Any:
    return room("blender.cutout_follow")


def beat_until_done(follow: Any) -> None:
    deadline = time.monotonic() + 60
    while (pause := follow.beat()) is not None:
        assert time.monotonic() < deadline
        time.sleep(pause)


def state(session: Any) -> str:
    return str(session.cut_out_view().state.value)


def test_the_timer_beats_until_the_cut_out_is_there(bpy: Any, ready: Any, follow: Any, picture: Picture) -> None:
    picture("good.png")
    assert follow.ask(ready, bpy.context.scene.triposr)
    assert state(ready) == "running"
    beat_until_done(follow)
    assert state(ready) == "done"
    assert follow.beat() is None


def test_what_is_to_follow_is_done_once(bpy: Any, ready: Any, follow: Any, picture: Picture) -> None:
    done: list[str] = []
    picture("good.png")
    follow.ask(ready, bpy.context.scene.triposr)
    follow.when_done(lambda: done.append("once"))
    beat_until_done(follow)
    follow.beat()
    assert done == ["once"]


@pytest.mark.parametrize("name", ["can-not-cut-out.png", "dies-cutting-out.png"])
def test_nothing_follows_a_failure(bpy: Any, ready: Any, follow: Any, picture: Picture, name: str) -> None:
    done: list[str] = []
    picture(name)
    follow.ask(ready, bpy.context.scene.triposr)
    follow.when_done(lambda: done.append("never"))
    beat_until_done(follow)
    assert state(ready) == "failed"
    assert done == []


def test_a_newer_wish_forgets_what_was_to_follow(bpy: Any, ready: Any, follow: Any, picture: Picture) -> None:
    done: list[str] = []
    picture("good.png")
    follow.ask(ready, bpy.context.scene.triposr)
    follow.when_done(lambda: done.append("never"))
    follow.ask(ready, bpy.context.scene.triposr)
    beat_until_done(follow)
    assert done == []


def test_nothing_is_asked_without_a_picture_or_an_environment(
    bpy: Any, ready: Any, follow: Any, picture: Picture
) -> None:
    assert not follow.ask(ready, bpy.context.scene.triposr)
    picture("good.png").unlink()
    assert not follow.ask(ready, bpy.context.scene.triposr)
    picture("good.png")
    ready.preferences().worker_python = ""
    assert not follow.ask(ready, bpy.context.scene.triposr)
    assert ready.cut_out_view() is None


def test_a_script_that_sets_the_settings_starts_no_process(bpy: Any, ready: Any, picture: Picture) -> None:
    picture("good.png")
    bpy.context.scene.triposr.fill_holes = True
    assert ready.cut_out_view() is None


def test_the_view_is_of_one_photo_and_knows_when_the_settings_have_changed(
    bpy: Any, ready: Any, follow: Any, picture: Picture
) -> None:
    photo, settings = picture("good.png"), bpy.context.scene.triposr
    follow.ask(ready, settings)
    view = follow.wait(ready)
    assert follow.view_or_none(ready, photo) == view
    assert follow.view_or_none(ready, photo.with_name("other.png")) is None
    assert follow.is_up_to_date(view, settings)
    settings.largest_part = True
    assert not follow.is_up_to_date(view, settings)


def test_while_a_job_runs_it_waits_and_is_made_afterwards(bpy: Any, ready: Any, follow: Any, picture: Picture) -> None:
    picture("good.png")
    bpy.ops.triposr.generate()
    follow.ask(ready, bpy.context.scene.triposr)
    assert follow.wait(ready).result is not None
