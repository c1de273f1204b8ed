# SPDX-License-Identifier: GPL-3.0-or-later
"""The model menu offers what this computer has, and a scene's choice does not slip to another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def models_folder(session: Any, tmp_path: Path) -> Iterator[Path]:
    session.preferences().models_folder = str(tmp_path)
    yield tmp_path
    session.preferences().models_folder = ""


def install(models_folder: Path, name: str, weights: str = "model.safetensors") -> Path:
    folder = models_folder / name
    folder.mkdir()
    (folder / "config.yaml").touch()
    (folder / weights).touch()
    return folder


def offered(room: Callable[[str], Any], bpy: Any) -> list[str]:
    choices = room("blender.models").choices(bpy.context.scene.triposr, bpy.context)
    return [identifier for identifier, *_ in choices]


def folder_of(room: Callable[[str], Any], bpy: Any) -> Path:
    folder = room("blender.models").folder_of(bpy.context.scene.triposr)
    assert isinstance(folder, Path)
    return folder


def test_the_built_in_preview_and_any_folder_are_always_offered(
    bpy: Any, room: Callable[[str], Any], models_folder: Path
) -> None:
    assert offered(room, bpy) == ["PREVIEW", "FOLDER"]
    assert folder_of(room, bpy).parts[-2:] == ("checkpoints", "preview")


def test_installed_models_are_offered_and_chosen(bpy: Any, room: Callable[[str], Any], models_folder: Path) -> None:
    folder = install(models_folder, "TripoSR", "model.ckpt")
    (models_folder / "half").mkdir()
    (models_folder / "half" / "config.yaml").touch()
    assert offered(room, bpy) == ["PREVIEW", "TripoSR", "FOLDER"]
    bpy.context.scene.triposr.model = "TripoSR"
    assert folder_of(room, bpy) == folder


def test_a_choice_stays_when_another_model_is_installed(
    bpy: Any, room: Callable[[str], Any], models_folder: Path
) -> None:
    install(models_folder, "TripoSR")
    bpy.context.scene.triposr.model = "TripoSR"
    install(models_folder, "Aardvark")
    assert bpy.context.scene.triposr.model == "TripoSR"


def test_a_model_that_is_gone_is_a_failure_with_a_next_step(
    bpy: Any, room: Callable[[str], Any], models_folder: Path
) -> None:
    folder = install(models_folder, "TripoSR")
    bpy.context.scene.triposr.model = "TripoSR"
    (folder / "config.yaml").unlink()
    with pytest.raises(room("blender.failures").ModelNotChosen, match="Choose another one"):
        folder_of(room, bpy)


@pytest.mark.parametrize("text", ["", "  ", "/no/such/folder"])
def test_another_folder_has_to_be_there(bpy: Any, room: Callable[[str], Any], text: str) -> None:
    bpy.context.scene.triposr.model = "FOLDER"
    bpy.context.scene.triposr.model_folder = text
    with pytest.raises(room("blender.failures").ModelNotChosen):
        folder_of(room, bpy)


def test_another_folder_is_used_as_it_is(bpy: Any, room: Callable[[str], Any], tmp_path: Path) -> None:
    bpy.context.scene.triposr.model = "FOLDER"
    bpy.context.scene.triposr.model_folder = str(tmp_path)
    assert folder_of(room, bpy) == tmp_path
