# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings start where they should, keep to their ranges, and are the ones that the worker understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.bpy

DEFAULTS = {
    "image_path": "",
    "model": "PREVIEW",
    "model_folder": "",
    "background": "auto",
    "rembg_model": "BEST",
    "foreground_ratio": 0.85,
    "mirror": False,
    "mask_threshold": 0.0,
    "fill_holes": False,
    "largest_part": False,
    "mask": None,
    "use_mask": False,
    "resolution": 128,
    "threshold": 25.0,
    "height": 1.0,
    "shown_height": 1.0,
    "size_by": "height",
    "origin_at": "bottom",
    "stand_at": "cursor",
    "decimate_ratio": 0.5,
    "show_colours": True,
}


def test_every_property_has_its_default(bpy: Any) -> None:
    settings = bpy.context.scene.triposr
    own = {entry.identifier for entry in settings.bl_rna.properties} - {"rna_type", "name"}
    assert own == set(DEFAULTS)
    for name, value in DEFAULTS.items():
        assert getattr(settings, name) == (pytest.approx(value) if isinstance(value, float) else value)


def test_every_property_says_what_it_does(bpy: Any) -> None:
    for name in DEFAULTS:
        description = bpy.context.scene.triposr.bl_rna.properties[name].description
        assert len(description) > 15
        assert not description.endswith(".")


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("resolution", 32, 512),
        ("foreground_ratio", 0.5, 1.0),
        ("mask_threshold", 0.0, 1.0),
        ("decimate_ratio", 0.01, 1.0),
    ],
)
def test_values_out_of_range_are_brought_back(bpy: Any, name: str, low: float, high: float) -> None:
    settings = bpy.context.scene.triposr
    setattr(settings, name, 0)
    assert getattr(settings, name) == pytest.approx(low)
    setattr(settings, name, 100_000)
    assert getattr(settings, name) == pytest.approx(high)


def test_the_background_choices_are_the_protocols(bpy: Any, room: Callable[[str], Any]) -> None:
    offered = bpy.types.Scene.bl_rna.properties["triposr"].fixed_type.properties["background"].enum_items.keys()
    assert tuple(offered) == room("protocol").BACKGROUND_METHODS


def test_the_settings_are_saved_with_the_file(bpy: Any, tmp_path: Any) -> None:
    bpy.context.scene.triposr.resolution = 96
    bpy.context.scene.triposr.image_path = "//cup.png"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert bpy.context.scene.triposr.resolution == 96
    assert bpy.context.scene.triposr.image_path == "//cup.png"
