# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the command's files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


def test_names_that_differ_in_case_alone_are_told_apart(room: Callable[[str], Any], tmp_path: Path) -> None:
    pictures = [tmp_path / name for name in ("cup.png", "Cup.jpg", "tea.png")]
    files = room("blender.command_run").files_for(pictures, tmp_path, ".glb")
    names = [file.name for file in files.values()]
    assert len({name.casefold() for name in names}) == 3
    assert [re.sub("-[0-9a-f]{8}", "-*", name) for name in names] == ["cup-*.glb", "Cup-*.glb", "tea.glb"]


def test_a_new_picture_of_the_same_name_changes_no_others_file(room: Callable[[str], Any], tmp_path: Path) -> None:
    files_for = room("blender.command_run").files_for
    before = [tmp_path / "b" / "cup.png", tmp_path / "c" / "cup.png"]
    first, second = (
        files_for(before, tmp_path, ".glb"),
        files_for([tmp_path / "a" / "cup.png", *before], tmp_path, ".glb"),
    )
    assert {picture: second[picture] for picture in before} == first
    assert len(set(second.values())) == 3
