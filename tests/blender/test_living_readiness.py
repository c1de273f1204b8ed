# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker starts when a living mesh is looked at: once, and not for those who do not want that."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.parity]


@pytest.fixture
def readiness(room: Callable[[str], Any]) -> Any:
    return room("blender.living_readiness")


def test_a_worker_is_there_before_it_is_asked(real_worker: Any, readiness: Any) -> None:
    readiness.get_ready()
    deadline = time.monotonic() + 60.0
    while real_worker.worker_or_none() is None:
        assert time.monotonic() < deadline
        real_worker.tick()
        time.sleep(0.01)
    assert real_worker.worker_or_none().device == "cpu"


def test_nothing_is_started_without_an_environment(session: Any, readiness: Any, box_worker: Any) -> None:
    session.preferences().worker_python = ""
    readiness.get_ready()
    assert session.worker_or_none() is None


def test_without_a_window_nobody_looks(bpy: Any, session: Any, readiness: Any) -> None:
    readiness.get_ready_soon(session)
    assert not bpy.app.timers.is_registered(readiness.get_ready)
    assert not session.shaping.got_ready


def test_a_timer_that_waits_is_taken_out(bpy: Any, readiness: Any) -> None:
    bpy.app.timers.register(readiness.get_ready, first_interval=60)
    readiness.stop()
    assert not bpy.app.timers.is_registered(readiness.get_ready)
