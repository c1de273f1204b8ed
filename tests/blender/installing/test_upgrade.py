# SPDX-License-Identifier: GPL-3.0-or-later
"""After an upgrade: what the panel says and offers. tests/end_to_end does it with zips in whole Blenders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout
from vendor_installer.choice import choose
from vendor_installer.computer import Computer
from vendor_installer.lock_files import locked_size
from vendor_installer.plan import make_plan
from vendor_installer.sentences import Sentence, say

pytestmark = pytest.mark.bpy


@pytest.fixture
def planned(session: Any, room: Callable[[str], Any], checkout: Path, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """The plan for an environment that seems to be there."""
    storage = room("host.storage").Storage(tmp_path)
    python = storage.environment / "bin" / "python"
    for path in (python, storage.environment / "Scripts" / "python.exe", storage.environment / "receipt.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    session.preferences().data_folder = str(tmp_path)
    facts = json.loads((checkout / "tests/vendor_installer/computers/facts.json").read_text(encoding="utf-8"))
    computer = Computer.from_json(facts["nothing_linux"])

    def plan(environment: Sentence) -> Any:
        told = make_plan(computer, choose(computer), tmp_path, locked_size).to_json()
        text = json.dumps({**told, "environment": environment.to_json()})
        session.installation.plan = room("host.installer_words").InstallPlan.from_text(text)
        return session.installation.plan

    yield plan
    session.installation.plan, session.notice = None, ""
    session.preferences().data_folder = ""


@pytest.fixture
def drawn(bpy: Any, room: Callable[[str], Any], session: Any) -> Callable[[], list[str]]:
    def draw() -> list[str]:
        lines: list[str] = []
        room("blender.installation_drawing").draw_upgrade(StrictLayout(bpy, lines), bpy.context, session)
        return lines

    return draw


def test_what_would_change_is_named_with_a_button(planned: Any, drawn: Callable[[], list[str]]) -> None:
    planned(say("WOULD_CHANGE", changes="torch 2.12.0 -> 2.13.0"))
    text = " ".join(line.removeprefix("label ") for line in drawn())
    assert "torch 2.12.0 -> 2.13.0" in text
    assert "operator triposr.install" in text
    assert "operator extensions.userpref_show_online" in text, "without the network, the way to it"


@pytest.mark.parametrize("code", ["INSTALLED_ALREADY", "WOULD_BE_KEPT"])
def test_what_fits_is_noted_and_looked_at_once(
    room: Callable[[str], Any], session: Any, planned: Any, drawn: Callable[[], list[str]], code: str
) -> None:
    upgrade = room("blender.installing.upgrade")
    assert upgrade.wants_look(session)
    upgrade.take(session, planned(say(code)))
    assert not upgrade.wants_look(session)
    assert ("same packages" in session.notice) == (code == "WOULD_BE_KEPT")
    assert drawn() == []


def test_an_artists_own_python_is_left_alone(room: Callable[[str], Any], session: Any, planned: Any) -> None:
    planned(say("WOULD_BE_MADE_ANEW"))
    upgrade = room("blender.installing.upgrade")
    assert upgrade.change_or_none(session) is not None
    session.preferences().worker_python = "/own/python"
    try:
        assert upgrade.change_or_none(session) is None
        assert not upgrade.wants_look(session)
    finally:
        session.preferences().worker_python = ""
