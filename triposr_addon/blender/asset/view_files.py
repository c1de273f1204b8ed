# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of pictures from all around: a sprite sheet with its list, numbered frames, a video."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from .failures import VideoMissing
from .film import set_up_film

COMPASS = {
    4: ("S", "W", "N", "E"),
    8: ("S", "SW", "W", "NW", "N", "NE", "E", "SE"),
}
"""Where the object looks in the picture, frame by frame: S is towards the viewer. The camera goes round to its +X."""


def directions(count: int) -> tuple[str, ...]:
    """A name for each of so many directions."""
    return COMPASS.get(count) or tuple(f"{number:02}" for number in range(count))


def sprite_list(name: str, sheet: str, count: int, columns: int, side: int, elevation: float) -> str:
    """JSON that says where each sprite is on the sheet: by name, as many 2D engines read it. elevation: degrees."""
    frames = {}
    for number, direction in enumerate(directions(count)):
        row, column = divmod(number, columns)
        frames[f"{name}_{direction}"] = {
            "frame": {"x": column * side, "y": row * side, "w": side, "h": side},
            "rotated": False,
            "trimmed": False,
            "spriteSourceSize": {"x": 0, "y": 0, "w": side, "h": side},
            "sourceSize": {"w": side, "h": side},
            "azimuth": 360.0 * number / count,
        }
    size = {"w": columns * side, "h": -(-count // columns) * side}
    meta = {"image": sheet, "format": "RGBA8888", "size": size, "scale": "1", "elevation": round(elevation, 2)}
    return json.dumps({"frames": frames, "meta": meta}, indent=2) + "\n"


def write_video(pictures: Sequence[Path], side: int, rate: int, background: Sequence[float], path: Path) -> None:
    """H.264 in an MP4 by Blender's own FFmpeg, over a plain colour (sRGB, 0..1), since H.264 has no alpha.

    Raises VideoMissing, RuntimeError.
    """
    if not bpy.app.ffmpeg.supported:
        raise VideoMissing
    scene = bpy.data.scenes.new("TripoSR Video")
    try:
        _set_up(scene, side - side % 2, rate, len(pictures), path)
        _lay(scene, pictures, background)
        bpy.ops.render.render(animation=True, scene=scene.name)
    finally:
        bpy.data.scenes.remove(scene)
    if not path.is_file():
        raise VideoMissing


def _set_up(scene: bpy.types.Scene, side: int, rate: int, frames: int, path: Path) -> None:
    set_up_film(scene, side, "VIDEO", "FFMPEG", path)
    render = scene.render
    render.fps, render.fps_base = rate, 1.0
    scene.frame_start, scene.frame_end = 1, frames
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.use_sequencer, render.use_compositing = True, False


def _lay(scene: bpy.types.Scene, pictures: Sequence[Path], background: Sequence[float]) -> None:
    editor: Any = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    # Blender 5.0 asks for a length where others ask for the end.
    known = {setting.identifier for setting in strips.bl_rna.functions["new_effect"].parameters}
    lasts = {"length": len(pictures)} if "length" in known else {"frame_end": 1 + len(pictures)}
    ground = strips.new_effect(name="Background", type="COLOR", channel=1, frame_start=1, **lasts)
    ground.color = background[:3]
    frames = strips.new_image(name="Frames", filepath=str(pictures[0]), channel=2, frame_start=1)
    for picture in pictures[1:]:
        frames.elements.append(picture.name)
    frames.blend_type = "ALPHA_OVER"
