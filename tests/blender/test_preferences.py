# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences say where things are, and how to get an environment where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.strict_layout import StrictLayout

pytestmark = pytest.mark.bpy


@pytest.fixture
def preferences(session: Any, tmp_path: Path) -> Iterator[Any]:
    own = session.preferences()
    own.data_folder = str(tmp_path)
    yield own
    for name in ("worker_python", "data_folder", "models_folder"):
        setattr(own, name, "")
    own.device = "auto"


@pytest.fixture
def drawn(bpy: Any, room: Callable[[str], Any], preferences: Any) -> Callable[[], list[str]]:
    def draw() -> list[str]:
        lines: list[str] = []
        stage = SimpleNamespace(layout=StrictLayout(bpy, lines), bl_rna=preferences.bl_rna)
        room("blender.preferences").TRIPOSR_AP_preferences.draw(stage, bpy.context)
        return lines

    return draw


def test_every_field_is_shown(preferences: Any, drawn: Callable[[], list[str]]) -> None:
    own = {entry.identifier for entry in preferences.bl_rna.properties} - {"rna_type", "name", "bl_idname"}
    assert {line.removeprefix("prop ") for line in drawn() if line.startswith("prop ")} == own


def test_without_an_environment_they_say_what_to_do(drawn: Callable[[], list[str]], tmp_path: Path) -> None:
    text = "\n".join(drawn())
    assert "Python is missing" in text
    assert str(tmp_path / "environment") in text
    assert "python3 -m vendor_installer" in text


def test_a_chosen_python_is_shown(preferences: Any, drawn: Callable[[], list[str]]) -> None:
    preferences.worker_python = sys.executable
    assert drawn()[:2] == ["label The worker's Python is there", f"label {sys.executable}"]


def test_a_chosen_python_that_is_not_there_is_told(preferences: Any, drawn: Callable[[], list[str]]) -> None:
    preferences.worker_python = "/no/such/python"
    assert drawn()[:2] == ["label The worker's Python is missing", "label Looked for it in /no/such/python"]


def test_empty_fields_mean_the_extensions_own_folder(session: Any, preferences: Any, tmp_path: Path) -> None:
    preferences.data_folder = ""
    assert session.storage().root.parts[-2:] == ("user_default", "triposr")
    assert session.storage().models == session.storage().root / "models"
    preferences.models_folder = str(tmp_path)
    assert session.storage().models == tmp_path


def test_the_devices_are_those_of_the_protocol(room: Callable[[str], Any]) -> None:
    offered = {identifier for identifier, *_ in room("blender.preferences").DEVICES}
    assert offered == {"auto", "cpu", "cuda", "mps"}
