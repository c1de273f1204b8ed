# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu of networks says what each is good for, what it costs, and whether it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

Choices = Callable[[], dict[str, tuple[str, str, str, int]]]


@pytest.fixture
def choices(session: Any, room: Callable[[str], Any], tmp_path: Path) -> Iterator[Choices]:
    session.preferences().data_folder = str(tmp_path)
    yield lambda: {choice[0]: choice for choice in room("blender.background_choices").model_choices(None, None)}
    session.preferences().data_folder = ""


def install(data_folder: Path, name: str) -> None:
    file = data_folder / "rembg" / "models" / name / f"{name}.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a network")


def test_what_is_not_installed_is_shown_as_such_with_the_way_to_it(choices: Choices) -> None:
    assert choices()["BEST"][1] == "Best (none installed)"
    _, label, about, _ = choices()["u2net"]
    assert label == "U²-Net (not installed)"
    assert "under Models" in about
    assert "rembg/models/dis_custom/dis_custom.onnx" in choices()["dis_custom"][2]
    assert "176 MB" in about
    assert "Apache-2.0" in about


def test_an_installed_network_is_one(choices: Choices, tmp_path: Path) -> None:
    install(tmp_path, "u2net")
    assert choices()["BEST"][1] == "Best: U²-Net"
    assert choices()["u2net"][1] == "U²-Net"
    assert "Not installed" not in choices()["u2net"][2]


def test_what_is_not_for_commercial_work_says_so_and_is_not_the_best(choices: Choices, tmp_path: Path) -> None:
    install(tmp_path, "bria-rmbg")
    assert "not for commercial work" in choices()["bria-rmbg"][2]
    assert choices()["BEST"][1] == "Best (none installed)"


def test_a_blend_keeps_the_choice_whatever_is_installed(bpy: Any, choices: Choices, tmp_path: Path) -> None:
    numbers = [choice[3] for choice in choices().values()]
    assert len(set(numbers)) == len(numbers)
    bpy.context.scene.triposr.rembg_model = "silueta"
    install(tmp_path, "u2netp")
    assert bpy.context.scene.triposr.rembg_model == "silueta"
    assert [choice[3] for choice in choices().values()] == numbers
