# SPDX-License-Identifier: GPL-3.0-or-later
"""The installer killed and cancelled at several moments through Blender's operators; the next Install ends well."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.small_installer import SmallInstaller

pytestmark = pytest.mark.bpy

MOMENTS = (0.05, 0.5, 1.2)
"""Seconds after its start. Quick machines are nearly done at the last, slow ones make a virtual environment."""
LONG_S = 120.0
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="looks for processes as Linux shows them")


def engines(folder: Path) -> Iterator[int]:
    """Processes of the installer that were told this folder, their guardian not among them (Linux)."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended while we looked
            words = process.read_text(encoding="utf-8").split("\0")
            if str(folder) in words and words[2:3] and words[2].endswith("from_blender.py"):
                yield int(process.parent.name)


def kill_after(seconds: float, folder: Path) -> threading.Thread:
    """Kill the installer that works in a folder so many seconds after it has begun."""

    def work() -> None:
        until = time.monotonic() + LONG_S
        while not (found := list(engines(folder))) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(seconds)
        for process in found:
            with contextlib.suppress(ProcessLookupError):  # it was quicker
                os.kill(process, signal.SIGKILL)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@POSIX
def test_killed_at_several_moments_it_says_so_and_the_next_install_ends_well(
    bpy: Any, running: Any, small: SmallInstaller
) -> None:
    for moment in MOMENTS:
        killer = kill_after(moment, small.data)
        try:
            with contextlib.suppress(RuntimeError):
                bpy.ops.triposr.install()
        finally:
            killer.join()
        if running.failure is not None:
            assert running.failure.code == "INSTALLER_FAILED"
            assert "goes on where it was" in running.failure.sentence
            # The last moment may be after the receipt and before the farewell: then it is whole.
            assert running.storage().worker_python_or_none() is None or small.leaf() == "1.0"
    assert bpy.ops.triposr.install() == {"FINISHED"}
    assert small.leaf() == "1.0"
    assert running.failure is None
    assert list(engines(small.data)) == []


def test_cancelled_at_several_moments_nothing_is_half_made(
    bpy: Any, running: Any, room: Callable[[str], Any], small: SmallInstaller
) -> None:
    """Driven as the timer does it: in background mode the operator itself would wait for the end."""
    installation, orders = running.installation, room("blender.installation_orders")
    arguments = ("install", "--backend", "cpu", "--folder", str(small.data), *orders.JSON_LINES)
    for moment in MOMENTS:
        installation.add(room("blender.installation").Task("work", "Installing", arguments, lambda run: None))
        installation.tick()
        until = time.monotonic() + moment
        while installation.busy and time.monotonic() < until:
            installation.tick()
            time.sleep(0.01)
        with contextlib.suppress(RuntimeError):  # it was quicker
            assert bpy.ops.triposr.cancel_installation() == {"FINISHED"}
        installation.run_to_end()
        whole = (small.data / "environment/receipt.json").exists()
        assert (running.storage().worker_python_or_none() is not None) == whole
    assert bpy.ops.triposr.install() == {"FINISHED"}
    assert small.leaf() == "1.0"
