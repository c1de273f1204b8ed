# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences say where things are, and how to get an environment where there is none."""

from __future__ import annotations

import os
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
def looked(session: Any, room: Callable[[str], Any]) -> Iterator[None]:
    """As if the installer had said what it would do, and which models there are."""
    words = room("host.installer_words")
    plan = words.InstallPlan(
        torch="2.13.0",
        build="cpu",
        cards=(),
        card=None,
        reasons=(words.Told("NO_CARD", "No graphics card was found.", {}),),
        others=("cu130",),
        folder=str(Path.home() / "data"),
        download=253_000_000,
        on_disk=900_000_000,
        exact=False,
        free_disk=10_000_000_000,
        obstacles=(),
    )
    session.installation.plan, session.installation.models = plan, ()
    yield
    session.installation.plan = session.installation.models = None


@pytest.fixture
def drawn(bpy: Any, room: Callable[[str], Any], preferences: Any) -> Callable[[str], list[str]]:
    def draw(page: str) -> list[str]:
        lines: list[str] = []
        stage = SimpleNamespace(
            layout=StrictLayout(bpy, lines), bl_rna=preferences.bl_rna, page=page, data_folder=preferences.data_folder
        )
        room("blender.preferences").TRIPOSR_AP_preferences.draw(stage, bpy.context)
        return lines

    return draw


@pytest.mark.usefixtures("looked")
def test_every_field_is_shown(room: Callable[[str], Any], preferences: Any, drawn: Callable[[str], list[str]]) -> None:
    own = {entry.identifier for entry in preferences.bl_rna.properties} - {"rna_type", "name", "bl_idname"}
    lines = [line for page, *_ in room("blender.preferences").PAGES for line in drawn(page)]
    by_menu_and_buttons = {"backend", "gpu"}
    assert {line.removeprefix("prop ") for line in lines if line.startswith("prop ")} == own - by_menu_and_buttons


@pytest.mark.usefixtures("looked")
def test_without_an_environment_they_say_what_would_be_installed(drawn: Callable[[str], list[str]]) -> None:
    text = " ".join(line.removeprefix("label ") for line in drawn("INSTALLATION"))
    assert "PyTorch 2.13.0 for: Processor" in text
    assert "253 MB to download" in text
    assert f"~{os.sep}data" in text
    assert "operator triposr.install_from_pack" in text


def test_a_chosen_python_is_shown(preferences: Any, drawn: Callable[[str], list[str]]) -> None:
    preferences.worker_python = sys.executable
    assert drawn("INSTALLATION")[1:3] == ["label TripoSR is installed", f"label {sys.executable}"]


def test_a_chosen_python_that_is_not_there_is_told(preferences: Any, drawn: Callable[[str], list[str]]) -> None:
    preferences.worker_python = "/no/such/python"
    assert drawn("INSTALLATION")[1:3] == ["label The chosen Python is missing", "label /no/such/python"]


def test_empty_fields_mean_the_extensions_own_folder(session: Any, preferences: Any, tmp_path: Path) -> None:
    preferences.data_folder = ""
    assert session.storage().root.parts[-2:] == ("user_default", "triposr")
    assert session.storage().models == session.storage().root / "models"
    preferences.models_folder = str(tmp_path)
    assert session.storage().models == tmp_path


def test_the_devices_are_those_of_the_protocol(room: Callable[[str], Any]) -> None:
    offered = {identifier for identifier, *_ in room("blender.preferences").DEVICES}
    assert offered == {"auto", "cpu", "cuda", "mps"}


def test_a_chosen_folder_is_found_again(session: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    data_folder, preferences = room("blender.data_folder"), session.preferences()
    preferences.data_folder = str(tmp_path)
    noted = data_folder.note_path().read_bytes()
    preferences.data_folder = ""  # as a new installation has it, but that the note is left
    data_folder.note_path().write_bytes(noted)
    room("blender.installation_start").add()
    assert preferences.data_folder == str(tmp_path)
    assert data_folder.remembered() == str(tmp_path)
    data_folder.remember(str(tmp_path / "unplugged"))
    assert data_folder.remembered() == ""
    data_folder.remember("")
    assert not data_folder.note_path().exists()
    preferences.data_folder = ""
