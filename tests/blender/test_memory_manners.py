# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker gives its memory back: by a button, after idle minutes, and when Blender renders."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = [pytest.mark.bpy, pytest.mark.usefixtures("box_worker")]


@pytest.fixture
def warm(bpy: Any, session: Any, picture: Callable[[str], Path]) -> Any:
    """The session, with a model loaded."""
    picture("good.png")
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    assert model_of(session) == "fake"
    return session


@pytest.fixture
def small_render(bpy: Any) -> Any:
    """The scene, ready to be rendered: a few pixels, one sample."""
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.cycles.samples = "CYCLES", 1
    scene.render.resolution_x = scene.render.resolution_y = 8
    return scene


def model_of(session: Any) -> str | None:
    memory = session.memory_or_none()
    held = memory.held() if memory is not None else None
    return held.model if held is not None else None


def tick_until(session: Any, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < deadline
        session.tick()
        time.sleep(0.01)


def drawn(bpy: Any, room: Callable[[str], Any]) -> list[str]:
    lines: list[str] = []
    kind = room("blender.worker_panel").TRIPOSR_PT_worker
    kind.draw(SimpleNamespace(layout=StrictLayout(bpy, lines)), bpy.context)
    return lines


def test_the_button_unloads_and_the_next_picture_loads_again(bpy: Any, warm: Any) -> None:
    assert bpy.ops.triposr.unload() == {"FINISHED"}
    tick_until(warm, lambda: model_of(warm) == "")
    assert not bpy.ops.triposr.unload.poll()
    assert bpy.ops.triposr.generate() == {"FINISHED"}
    assert model_of(warm) == "fake"


def test_the_worker_can_be_stopped_and_the_queue_stays(bpy: Any, warm: Any) -> None:
    assert bpy.ops.triposr.stop_worker() == {"FINISHED"}
    assert warm.worker_or_none() is None
    assert len(warm.queue.views()) == 1
    assert not bpy.ops.triposr.stop_worker.poll()
    assert not bpy.ops.triposr.unload.poll()
    assert bpy.ops.triposr.generate() == {"FINISHED"}


def test_without_a_worker_there_is_nothing_to_give_back(bpy: Any, session: Any, room: Callable[[str], Any]) -> None:
    assert not bpy.ops.triposr.unload.poll()
    assert not bpy.ops.triposr.stop_worker.poll()
    assert drawn(bpy, room)[0] == "label No worker is running"


def test_the_panel_shows_what_is_held(bpy: Any, warm: Any, room: Callable[[str], Any]) -> None:
    assert drawn(bpy, room) == [
        "label Device: processor",
        "label Model: fake, 5 MB",
        "label Computer's memory: 300 MB",
        "operator triposr.unload",
        "operator triposr.stop_worker",
    ]


def test_graphics_memory_and_cut_out_models_are_shown_too(room: Callable[[str], Any]) -> None:
    worker = SimpleNamespace(device="cuda:0", device_name="A card")
    held = room("protocol").MemoryHeld("TripoSR", 840_000_000, 0, 900_000_000, 1_200_000_000, 0, ["u2net"])
    assert room("blender.worker_panel").facts(worker, held) == [
        "Device: A card (cuda:0)",
        "Model: TripoSR, 840 MB",
        "Cut-out model: u2net",
        "Graphics memory: 1.20 GB, 900 MB in use",
    ]


def test_a_render_gets_the_memory_and_afterwards_jobs_begin_again(bpy: Any, warm: Any, small_render: Any) -> None:
    bpy.ops.render.render()
    tick_until(warm, lambda: model_of(warm) == "")
    assert not warm.memory_or_none().paused
    assert bpy.ops.triposr.generate() == {"FINISHED"}


def test_while_it_renders_a_new_job_waits(bpy: Any, warm: Any, room: Callable[[str], Any]) -> None:
    manners = room("blender.memory_manners")
    manners.render_begins()
    job = warm.start(room("blender.order").order_from_context(bpy.context))
    for _ in range(20):
        warm.tick()
        time.sleep(0.01)
    assert warm.queue.view(job).state.value == "waiting"
    assert "label New jobs wait for the render" in drawn(bpy, room)
    manners.render_is_over()
    tick_until(warm, lambda: warm.queue.view(job).state.over)
    assert bpy.ops.triposr.deliver(job=job) == {"FINISHED"}


def test_a_render_can_keep_its_hands_off(bpy: Any, warm: Any, small_render: Any) -> None:
    warm.preferences().unload_for_render = False
    bpy.ops.render.render()
    warm.preferences().unload_for_render = True
    for _ in range(20):
        warm.tick()
        time.sleep(0.01)
    assert model_of(warm) == "fake"


def test_the_beat_counts_idle_minutes_and_ends_a_pause_that_nobody_ended(
    bpy: Any, warm: Any, room: Callable[[str], Any]
) -> None:
    manners = room("blender.memory_manners")
    warm.let_jobs_wait(True)
    assert manners.beat() == manners.BEAT_SECONDS
    assert not warm.memory_or_none().paused
    assert warm.memory_or_none().idle_limit_seconds == 600.0
    warm.preferences().idle_minutes = 0
    manners.beat()
    assert warm.memory_or_none().idle_limit_seconds == 0.0
    warm.preferences().idle_minutes = 10


def test_a_warm_up_waits_for_the_render_too(bpy: Any, session: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    session.preferences().worker_python = str(tmp_path / "python")
    session.let_jobs_wait(True)
    assert not session.warm_up(tmp_path, tmp_path / "good.png", "auto")
    session.let_jobs_wait(False)
    session.preferences().worker_python = ""


def test_the_handlers_go_with_the_extension(bpy: Any, room: Callable[[str], Any]) -> None:
    manners = room("blender.memory_manners")
    handlers = bpy.app.handlers
    assert manners.render_begins in handlers.render_init
    manners.remove()
    for kind in (handlers.render_init, handlers.render_complete, handlers.render_cancel):
        assert not {manners.render_begins, manners.render_is_over} & set(kind)
    manners.add()
    assert not bpy.app.timers.is_registered(manners.beat), "in the background no timer ticks"
