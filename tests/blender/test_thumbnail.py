# SPDX-License-Identifier: GPL-3.0-or-later
"""The preview follows the chosen file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def thumbnail(room: Callable[[str], Any]) -> Iterator[Any]:
    shown = room("blender.thumbnail").Thumbnail()
    yield shown
    shown.close()


def paint(bpy: Any, path: Path, width: int) -> Path:
    image = bpy.data.images.new("red", width, 4)
    image.filepath_raw = str(path)
    image.save()
    return path


def test_the_preview_is_of_the_file_as_it_is_now(bpy: Any, thumbnail: Any, tmp_path: Path) -> None:
    path = paint(bpy, tmp_path / "red.png", 8)
    assert tuple(thumbnail.preview_or_none(path).image_size) == (8, 4)
    paint(bpy, path, 16)
    os.utime(path, (1, 1))
    assert tuple(thumbnail.preview_or_none(path).image_size) == (16, 4)


def test_an_unchanged_file_is_not_read_again(bpy: Any, thumbnail: Any, tmp_path: Path) -> None:
    path = paint(bpy, tmp_path / "red.png", 8)
    first = thumbnail.preview_or_none(path)
    assert thumbnail.preview_or_none(path) is first


def test_a_file_that_is_not_there_has_no_preview(thumbnail: Any, tmp_path: Path) -> None:
    assert thumbnail.preview_or_none(tmp_path / "none.png") is None


def test_of_a_file_that_is_no_picture_the_preview_is_empty(thumbnail: Any, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    assert tuple(thumbnail.preview_or_none(tmp_path / "text.png").image_size) == (0, 0)
