# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command triposr picture.png -o out.glb`: the same job without a window."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from . import models
from .properties import TRIPOSR_PG_settings, settings_of

NAME = "triposr"

_handle: Any = None


def add() -> None:
    """Make the command known to Blender."""
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, run)  # type: ignore[func-returns-value]  # a handle, says the manual


def remove() -> None:
    """Take it back."""
    global _handle
    bpy.utils.unregister_cli_command(_handle)
    _handle = None


def run(arguments: list[str]) -> int:
    """Exit code: 0, or 1 where no mesh was made; argparse's own 2 for a wrong command line."""
    asked = _parser().parse_args(arguments)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    _fill_settings(settings_of(bpy.context), asked)
    try:
        bpy.ops.triposr.generate()  # type: ignore[attr-defined]
    except RuntimeError:
        return 1  # Blender itself has printed the sentence
    WRITERS[asked.output.suffix.lower()](str(asked.output.absolute()))
    return 0


def _save_blend(path: str) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=path)


def _write_gltf(path: str) -> None:
    bpy.ops.export_scene.gltf(filepath=path, export_apply=True)


def _write_obj(path: str) -> None:
    bpy.ops.wm.obj_export(filepath=path, export_colors=True)


def _write_ply(path: str) -> None:
    bpy.ops.wm.ply_export(filepath=path)


WRITERS: dict[str, Callable[[str], None]] = {
    ".blend": _save_blend,
    ".glb": _write_gltf,
    ".obj": _write_obj,
    ".ply": _write_ply,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"blender --command {NAME}", description="Make a mesh of a picture.")
    parser.add_argument("picture", type=Path)
    parser.add_argument("-o", "--output", type=_output, required=True, help=f"ends in {', '.join(WRITERS)}")
    parser.add_argument("--model", type=Path, help="folder with config.yaml and weights; else the built-in preview")
    parser.add_argument("--resolution", type=int)
    parser.add_argument("--threshold", type=float)
    parser.add_argument("--height", type=float, help="in metres")
    return parser


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in WRITERS:
        raise argparse.ArgumentTypeError(f"{path.name} must end in {', '.join(WRITERS)}")
    return path


def _fill_settings(settings: TRIPOSR_PG_settings, asked: argparse.Namespace) -> None:
    settings.image_path = str(asked.picture.absolute())
    if asked.model is not None:
        settings.model, settings.model_folder = models.FOLDER, str(asked.model.absolute())
    for name in ("resolution", "threshold", "height"):
        if getattr(asked, name) is not None:
            setattr(settings, name, getattr(asked, name))
