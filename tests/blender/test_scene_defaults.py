# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's own defaults come into new files, and into no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy


@pytest.fixture
def defaults(bpy: Any, session: Any) -> Iterator[Any]:
    """Kept: a resolution of 200; the file is a new one again."""
    bpy.context.scene.triposr.resolution = 200
    assert bpy.ops.triposr.save_defaults() == {"FINISHED"}
    new_file(bpy)
    yield session.preferences()
    session.preferences().scene_defaults = ""
    session.failure = None


def new_file(bpy: Any) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


def test_a_new_file_starts_with_them(bpy: Any, defaults: Any) -> None:
    assert bpy.context.scene.triposr.resolution == 200
    assert bpy.context.preferences.is_dirty


def test_a_file_that_was_saved_keeps_what_it_has(bpy: Any, defaults: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "a.blend")
    kept, defaults.scene_defaults = defaults.scene_defaults, ""
    new_file(bpy)
    bpy.ops.wm.save_as_mainfile(filepath=path)
    defaults.scene_defaults = kept
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.context.scene.triposr.resolution == 128


def test_an_unsaved_session_that_was_recovered_keeps_what_it_has(bpy: Any, defaults: Any, tmp_path: Path) -> None:
    kept, defaults.scene_defaults = defaults.scene_defaults, ""
    new_file(bpy)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "auto.blend"), copy=True)
    defaults.scene_defaults = kept
    bpy.ops.wm.recover_auto_save(filepath=str(tmp_path / "auto.blend"))
    assert bpy.context.scene.triposr.resolution == 128


def test_a_startup_file_with_settings_of_its_own_keeps_them(bpy: Any, defaults: Any) -> None:
    bpy.context.scene.triposr.resolution = 64
    bpy.ops.wm.save_homefile()
    bpy.ops.wm.read_homefile()
    assert bpy.context.scene.triposr.resolution == 64


def test_they_can_be_forgotten(bpy: Any, defaults: Any) -> None:
    assert bpy.ops.triposr.forget_defaults() == {"FINISHED"}
    assert bpy.context.scene.triposr.resolution == 200, "this file stays as it is"
    assert not bpy.ops.triposr.forget_defaults.poll()
    new_file(bpy)
    assert bpy.context.scene.triposr.resolution == 128


def test_the_panel_can_be_set_back_to_them(bpy: Any, defaults: Any) -> None:
    settings = bpy.context.scene.triposr
    settings.resolution, settings.height, settings.image_path = 32, 5.0, "/cup.png"
    assert bpy.ops.triposr.use_defaults() == {"FINISHED"}
    assert (settings.resolution, settings.height, settings.image_path) == (200, 1.0, "/cup.png")


def test_without_any_that_is_the_extensions_own(bpy: Any) -> None:
    settings = bpy.context.scene.triposr
    settings.resolution = 32
    assert bpy.ops.triposr.use_defaults() == {"FINISHED"}
    assert settings.resolution == 128


def test_what_is_not_here_any_more_is_told_on_request(bpy: Any, defaults: Any, session: Any) -> None:
    defaults.scene_defaults = '{"model": "removed since", "resolution": 90}'
    new_file(bpy)
    assert bpy.context.scene.triposr.resolution == 90
    assert bpy.ops.triposr.use_defaults() == {"FINISHED"}
    assert session.failure.code == "RECIPE_NOT_WHOLE"
