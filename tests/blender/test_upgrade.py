# SPDX-License-Identifier: GPL-3.0-or-later
"""What the first versions of the extension saved is read by this one; what a later one saves is told to be too new.

The samples, and the script that made them, are in tests/data/upgrade.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

SAMPLES = Path(__file__).parents[1] / "data" / "upgrade"
VISIT = Path(__file__).with_name("visit_preferences.py")
Room = Callable[[str], Any]


@pytest.fixture
def opened(bpy: Any, session: Any, facts: Path, tmp_path: Path) -> Callable[[str], Any]:
    """Open a copy of a sample, beside its picture; gives the object."""

    def open_one(name: str) -> Any:
        shutil.copy(SAMPLES / name / "sample.blend", tmp_path)
        shutil.copy(facts / "images" / "teapot.png", tmp_path)
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "sample.blend"))
        return bpy.context.object

    return open_one


@pytest.mark.parametrize("sample", ["first", "with-field"])
def test_settings_and_object_of_an_older_version_are_read(
    bpy: Any, opened: Callable[[str], Any], room: Room, tmp_path: Path, sample: str
) -> None:
    thing, settings = opened(sample), bpy.context.scene.triposr
    assert (settings.resolution, settings.decimate_ratio, settings.model) == (48, 0.5, "PREVIEW")
    assert (settings.height, settings.foreground_ratio) == (pytest.approx(0.75), pytest.approx(0.8))
    assert thing.dimensions.z == pytest.approx(0.75, abs=0.02)
    assert thing.data.color_attributes.active_color.name == "Color"
    settings.resolution, settings.height, settings.image_path = 99, 2.0, ""
    assert bpy.ops.triposr.settings_to_panel() == {"FINISHED"}
    assert (settings.resolution, settings.height) == (48, pytest.approx(0.75))
    assert Path(settings.image_path) == Path("/an/old/place/teapot.png")


def test_an_object_of_the_first_version_is_made_again(bpy: Any, opened: Callable[[str], Any], real_worker: Any) -> None:
    first = opened("first")
    with pytest.raises(RuntimeError, match=r"The picture teapot\.png is not there"):
        bpy.ops.triposr.make_again()
    first["triposr_image"] = bpy.path.abspath(bpy.context.scene.triposr.image_path)
    assert bpy.ops.triposr.make_again() == {"FINISHED"}
    again = bpy.context.object
    assert again != first
    assert again["triposr_settings"]["resolution"] == 48
    assert again.dimensions.z == pytest.approx(0.75, abs=0.02)


def test_a_field_of_an_older_version_gives_another_mesh(
    bpy: Any, opened: Callable[[str], Any], real_worker: Any
) -> None:
    thing = opened("with-field")
    height, before = thing.dimensions.z, len(thing.data.vertices)
    bpy.context.window_manager.triposr_living.resolution = 64
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert len(thing.data.vertices) > 1.5 * before
    assert thing.dimensions.z == pytest.approx(height, rel=0.03)


def test_preferences_of_the_first_version_are_read(bpy: Any, tmp_path: Path) -> None:
    """Blender 4.2's module crashes in read_userpref(), whatever it reads: there the newer Blender reads them."""
    crashes = bpy.app.version < (4, 3, 0)
    python = os.environ.get("TRIPOSR_TEST_NEWER_BPY_PYTHON", "") if crashes else sys.executable
    if not python:
        pytest.skip("set TRIPOSR_TEST_NEWER_BPY_PYTHON to a Python with a newer Blender")
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    shutil.copy(SAMPLES / "first" / "userpref.blend", config)
    said = tmp_path / "preferences.json"
    command = [python, str(VISIT), str(Path(__file__).parents[2]), str(tmp_path / "home"), str(said)]
    subprocess.run(command, check=True, timeout=120, env={**os.environ, "BLENDER_USER_RESOURCES": ""})
    assert json.loads(said.read_text()) == {
        "worker_python": "/an/old/python",
        "data_folder": "/an/old/folder",
        "device": "cpu",
        "warm_up": True,
    }


class TestOfALaterVersion:
    def test_an_object_says_so(self, bpy: Any, living: Any, room: Room) -> None:
        record = room("blender.living_record")
        assert living.data["triposr_living"]["version"] == record.VERSION
        living.data["triposr_living"]["version"] = record.VERSION + 1
        assert record.record_or_none(living.data) is None
        with pytest.raises(RuntimeError, match=r"A newer version of TripoSR made this object\. Update the extension"):
            bpy.ops.triposr.re_extract()
        panel = room("blender.living_mesh_panel").TRIPOSR_PT_living_mesh
        assert panel.poll(bpy.context)

    def test_a_preset_says_so_and_sets_nothing(self, bpy: Any, room: Room) -> None:
        recipe = room("blender.recipe")
        text = json.loads(recipe.as_text({"resolution": 64}))
        assert text == {"version": recipe.VERSION, "resolution": 64}
        newer = json.dumps({**text, "version": recipe.VERSION + 1})
        with pytest.raises(RuntimeError, match=r"kept by a newer version of TripoSR\. Update the extension"):
            bpy.ops.triposr.use_recipe(recipe=newer)
        assert not bpy.context.scene.triposr.is_property_set("resolution")

    def test_defaults_of_one_leave_new_files_as_they_are(self, bpy: Any, session: Any, room: Room) -> None:
        newer = json.dumps({"version": room("blender.recipe").VERSION + 1, "resolution": 64})
        session.preferences().scene_defaults = newer
        try:
            bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
            assert not bpy.context.scene.triposr.is_property_set("resolution")
            assert bpy.ops.triposr.use_defaults() == {"FINISHED"}
            assert "kept by a newer version" in session.failure.sentence
        finally:
            session.preferences().scene_defaults, session.failure = "", None


@pytest.mark.parametrize("text", ["", "7", "[" * 100_000, '{"version": "many"}'])
def test_a_preset_that_is_none_is_told(bpy: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match=r"^Error: This is no preset of TripoSR \(.*\)\. Choose another one\.\s*$"):
        bpy.ops.triposr.use_recipe(recipe=text)
