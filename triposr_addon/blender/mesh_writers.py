# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing the open file or its meshes, by the ending of the file's name. What was there before is kept until then."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy

from .failures import FileNotWritten


def write_file(path: Path) -> None:
    """Everything in the open file, to `path`: written in a folder beside it, then put in place.

    What belongs to it (an .obj's materials) goes beside it. Raises FileNotWritten, and then nothing has changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".triposr-", dir=path.parent) as aside:
            made = Path(aside) / path.name
            WRITERS[path.suffix.lower()](str(made))
            # The file itself comes last: whoever sees it finds all that belongs to it.
            for part in sorted(made.parent.iterdir(), key=lambda part: part == made):
                part.replace(path.with_name(part.name))
    except (OSError, RuntimeError) as error:
        raise FileNotWritten(path, error) from error


def _save_blend(path: str) -> None:
    # A copy: the open file must not take the name of the folder beside.
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)


def _write_gltf(path: str) -> None:
    bpy.ops.export_scene.gltf(filepath=path, export_apply=True)


def _write_fbx(path: str) -> None:
    # In FBX_SCALE_UNITS the numbers are metres and the file says so; else each object would be scaled by 100.
    bpy.ops.export_scene.fbx(filepath=path, apply_scale_options="FBX_SCALE_UNITS", colors_type="SRGB")


def _write_obj(path: str) -> None:
    bpy.ops.wm.obj_export(filepath=path, export_colors=True)


def _write_ply(path: str) -> None:
    bpy.ops.wm.ply_export(filepath=path)


WRITERS: dict[str, Callable[[str], None]] = {
    ".blend": _save_blend,
    ".glb": _write_gltf,
    ".fbx": _write_fbx,
    ".obj": _write_obj,
    ".ply": _write_ply,
}
