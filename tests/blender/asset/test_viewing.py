# SPDX-License-Identifier: GPL-3.0-or-later
"""Sprites, frames and a video straight from a field, by the real worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.bpy, pytest.mark.torch, pytest.mark.parity]


@pytest.fixture
def look(bpy: Any, living_of: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    """look("VIDEO", frames=4): press the button on a chair; gives the folder."""
    thing = living_of("chair")
    thing.name = "Old chair"

    def pressed(kind: str, **wished: Any) -> Path:
        settings = bpy.context.scene.triposr_asset.views
        settings.kind, settings.side, settings.folder = kind, 32, str(tmp_path / kind)
        for name, value in wished.items():
            setattr(settings, name, value)
        assert bpy.ops.triposr.render_views() == {"FINISHED"}
        return tmp_path / kind

    return pressed


def pixels(bpy: Any, path: Path) -> np.ndarray:
    """Of a file, top row first [H, W, 4], 0..1."""
    image = bpy.data.images.load(str(path))
    values = np.array(image.pixels[:], np.float32).reshape(image.size[1], image.size[0], 4)[::-1]
    bpy.data.images.remove(image)
    return values


def inside(bpy: Any) -> list[list[str]]:
    """What the .blend holds; Blender keeps the last render by itself."""
    kinds = bpy.data.objects, bpy.data.scenes, bpy.data.images
    return [[each.name for each in kind if each.name != "Render Result"] for kind in kinds]


def is_a_video(bpy: Any, video: Path) -> None:
    """Five pictures of 32 x 32, over that background."""
    clip = bpy.data.movieclips.load(str(video))
    assert (tuple(clip.size), clip.frame_duration) == ((32, 32), 5)
    image = bpy.data.images.load(str(video))
    assert np.array(image.pixels[:4]) == pytest.approx([0.2, 0.4, 0.6, 1.0], abs=0.04)
    bpy.data.movieclips.remove(clip)
    bpy.data.images.remove(image)


def test_a_sheet_frames_and_a_video_come_of_one_field(bpy: Any, look: Callable[..., Path], session: Any) -> None:
    before = inside(bpy)
    sprites = look("SPRITES", directions=4)
    assert sorted(path.name for path in sprites.iterdir()) == ["Old_chair_sprites.json", "Old_chair_sprites.png"]
    sheet = pixels(bpy, sprites / "Old_chair_sprites.png")
    assert sheet.shape == (32, 128, 4)
    listed = json.loads((sprites / "Old_chair_sprites.json").read_text())
    assert list(listed["frames"]) == ["Old_chair_S", "Old_chair_W", "Old_chair_N", "Old_chair_E"]
    assert listed["frames"]["Old_chair_N"]["frame"] == {"x": 64, "y": 0, "w": 32, "h": 32}
    assert listed["meta"]["size"] == {"w": 128, "h": 32}
    for number in range(4):
        alpha = sheet[:, 32 * number : 32 * number + 32, 3]
        assert 0.05 < float((alpha > 0.5).mean()) < 0.9
        assert float(alpha[0].max()) == 0.0  # the margin
    frames = look("FRAMES", frames=4) / "Old_chair_turntable"
    assert sorted(path.name for path in frames.iterdir()) == [f"Old_chair_000{number}.png" for number in (1, 2, 3, 4)]
    first = pixels(bpy, frames / "Old_chair_0001.png")
    assert np.abs(first - sheet[:, :32]).max() <= 2 / 255  # a sheet begins where a turn does
    assert "4 pictures of the field" in session.asset_notice
    if bpy.app.ffmpeg.supported:
        is_a_video(bpy, look("VIDEO", frames=5, rate=10, background=(0.2, 0.4, 0.6)) / "Old_chair_turntable.mp4")
    assert inside(bpy) == before


def test_only_what_has_a_field_can_be_looked_at(bpy: Any) -> None:
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.triposr.render_views.poll()
