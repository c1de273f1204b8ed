# SPDX-License-Identifier: GPL-3.0-or-later
"""The session with the real engine: a tiny package stands for PyTorch, a loopback server for the network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.bad_server import BadServer, serving
from tests.fakes.small_installer import SmallInstaller, locked, small_installer
from tests.fakes.small_wheels import make_wheel
from tests.fakes.strict_layout import StrictLayout

LEAF = "leaf-1.0-py3-none-any.whl"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({}) as running:
        yield running


@pytest.fixture
def small(tmp_path: Path, server: BadServer, monkeypatch: pytest.MonkeyPatch) -> SmallInstaller:
    """Its wheels are on the server alone; pip has no index that it could ask."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "leaf", "1.0", {"leaf.py": "VERSION = '1.0'\n"})
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    made = small_installer(tmp_path, wheels, os.environ)
    for wheel, lock in ((wheels / LEAF, made.lock), (next(wheels.glob("pip-*.whl")), made.pip_lock)):
        server.files[wheel.name] = wheel.read_bytes()
        lock.write_text(locked(wheel, url=server.url(wheel.name)), encoding="utf-8")
    return made


@pytest.fixture
def running(bpy: Any, session: Any, room: Callable[[str], Any], small: SmallInstaller) -> Iterator[Any]:
    """The session with that copy as its installer, the network allowed, and a data folder of the test's own."""
    folder = small.root / "vendor_installer"
    copy = SimpleNamespace(DOOR=folder / "from_blender.py", GUARDIAN=folder / "guardian.py")
    own, preferences = session.installation, session.preferences()
    session.installation = room("blender.installation").Installation(copy, Path(sys.executable))
    preferences.data_folder, preferences.backend = str(small.data), "cpu"
    bpy.context.preferences.system.use_online_access = True
    yield session
    session.installation.close()
    session.installation = own
    session.failure, session.notice = None, ""
    bpy.context.preferences.system.use_online_access = False
    preferences.data_folder, preferences.backend = "", "auto"
    preferences.accept_non_commercial = preferences.install_without_hashes = False


@pytest.fixture
def card(bpy: Any, room: Callable[[str], Any], running: Any) -> Callable[[], list[str]]:
    def draw() -> list[str]:
        lines: list[str] = []
        room("blender.installation_drawing").draw_card(StrictLayout(bpy, lines), bpy.context, running)
        return lines

    return draw
