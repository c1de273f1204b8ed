# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel says reaches the worker, and the painted mask with it, as it was at that moment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def storage(room: Callable[[str], Any], tmp_path: Path) -> Any:
    return room("host.storage").Storage(tmp_path / "data")


@pytest.fixture
def asked(bpy: Any, room: Callable[[str], Any], storage: Any, tmp_path: Path) -> Callable[..., Any]:
    """asked(photo): the settings that the worker gets for it."""
    of = room("blender.cutout_settings").photo_settings_of
    return lambda photo="cup.png": of(bpy.context.scene.triposr, tmp_path / photo, storage)


@pytest.fixture
def mask(bpy: Any, tmp_path: Path) -> Any:
    """A mask of cup.png, in use."""
    image = bpy.data.images.new("mask", 4, 4, alpha=True)
    image["triposr_mask_of"] = str(tmp_path / "cup.png")
    bpy.context.scene.triposr.mask, bpy.context.scene.triposr.use_mask = image, True
    return image


def test_the_defaults_change_nothing(asked: Callable[..., Any], room: Callable[[str], Any]) -> None:
    assert asked() == room("protocol").PhotoSettings()


def test_every_setting_arrives(bpy: Any, asked: Callable[..., Any], room: Callable[[str], Any]) -> None:
    settings = bpy.context.scene.triposr
    settings.background, settings.rembg_model, settings.foreground_ratio = "rembg", "u2net", 0.7
    settings.mask_threshold, settings.fill_holes, settings.largest_part = 0.3, True, True
    assert asked() == room("protocol").PhotoSettings("rembg", 0.7, "u2net", 0.3, True, True)


def test_a_network_is_asked_for_by_name_only_where_a_network_is_asked_for(bpy: Any, asked: Callable[..., Any]) -> None:
    bpy.context.scene.triposr.rembg_model = "u2net"
    assert asked().rembg_model == ""


def test_the_mask_is_kept_in_a_file(asked: Callable[..., Any], mask: Any, storage: Any) -> None:
    path = Path(asked().mask_path)
    assert path.parent == storage.masks
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_job_that_waits_keeps_its_mask_when_it_is_painted_on(asked: Callable[..., Any], mask: Any) -> None:
    first = Path(asked().mask_path)
    before = first.read_bytes()
    assert Path(asked().mask_path) == first
    mask.pixels[3] = 0.25
    second = Path(asked().mask_path)
    assert second != first
    assert first.read_bytes() == before


def test_the_mask_is_not_used_for_another_picture_nor_when_it_is_switched_off(
    bpy: Any, asked: Callable[..., Any], mask: Any
) -> None:
    assert asked("plate.png").mask_path == ""
    bpy.context.scene.triposr.use_mask = False
    assert asked().mask_path == ""


def test_masks_that_nobody_used_for_a_week_go(asked: Callable[..., Any], mask: Any) -> None:
    first = Path(asked().mask_path)
    os.utime(first, (time.time() - 8 * 24 * 3600,) * 2)
    mask.pixels[3] = 0.5
    assert asked().mask_path
    assert not first.exists()


def test_settings_are_compared_without_reading_the_mask(
    bpy: Any, asked: Callable[..., Any], mask: Any, room: Callable[[str], Any], tmp_path: Path
) -> None:
    is_of_now, settings = room("blender.cutout_settings").is_of_now, bpy.context.scene.triposr
    seen = asked()
    assert is_of_now(seen, settings, tmp_path / "cup.png")
    settings.fill_holes = True
    assert not is_of_now(seen, settings, tmp_path / "cup.png")
    settings.fill_holes, settings.use_mask = False, False
    assert not is_of_now(seen, settings, tmp_path / "cup.png")
