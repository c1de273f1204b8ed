# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo inside Blender: `install ZIP`, `generate ...` or `render ...`. Started by vendor_installer, by path.

Needs BLENDER_USER_RESOURCES to be set before Python starts. Prints "progress FRACTION WORDS" lines; what goes wrong is
a line "FAILED: sentence" and exit code 1. Leaves with os._exit: some Blender modules crash in Python's shutdown.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import bpy
from stage import build_stage, set_up_render

MODULE = "bl_ext.user_default.triposr"


class Failed(Exception):
    """The sentence to print."""


def progress(fraction: float, words: str) -> None:
    """One line for the bar."""
    print(f"progress {fraction:.2f} {words}", flush=True)


def install(options: argparse.Namespace) -> None:
    """Install the zip as an artist would from disk, and see that it is on."""
    bpy.ops.extensions.package_install_files(
        filepath=str(options.zip), repo="user_default", enable_on_install=True, overwrite=True
    )
    # An incompatible zip is only an ERROR line: the operator finishes all the same.
    if MODULE not in bpy.context.preferences.addons:
        raise Failed("Blender did not enable the extension")
    print(f"Blender {bpy.app.version_string} took {options.zip.name}")


def generate(options: argparse.Namespace) -> None:
    """Press Image to Mesh, put the object on a stage beside its photo, and save."""
    progress(0.02, f"starting Blender {bpy.app.version_string}")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    _enable(options.worker_python)
    settings = bpy.context.scene.triposr
    settings.image_path = str(options.photo)
    progress(0.1, f"reconstructing {options.photo.name}")
    try:
        bpy.ops.triposr.generate()
    except RuntimeError as error:
        raise Failed(str(error).removeprefix("Error: ").strip()) from error
    made = bpy.context.view_layer.objects.active
    progress(0.7, "exporting")
    bpy.ops.export_scene.gltf(filepath=str(options.glb), use_selection=True, export_apply=True)
    progress(0.85, "setting the stage")
    build_stage(made, options.photo)
    bpy.ops.wm.save_as_mainfile(filepath=str(options.blend), compress=True)
    print(f"{made.name}: {len(made.data.vertices)} vertices, {len(made.data.polygons)} faces")


def render(options: argparse.Namespace) -> None:
    """Render the saved scene with Cycles on the CPU."""
    bpy.ops.wm.open_mainfile(filepath=str(options.blend))
    set_up_render(bpy.context.scene, options.picture)
    bpy.ops.render.render(write_still=True)


def _enable(worker_python: Path) -> None:
    if MODULE not in bpy.context.preferences.addons:
        bpy.ops.preferences.addon_enable(module=MODULE)
    addon = bpy.context.preferences.addons.get(MODULE)
    if addon is None:
        raise Failed("the extension is not installed")
    addon.preferences.worker_python = str(worker_python)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("install")
    command.set_defaults(command=install)
    command.add_argument("zip", type=Path)
    command = commands.add_parser("generate")
    command.set_defaults(command=generate)
    for name in ("--photo", "--worker-python", "--blend", "--glb"):
        command.add_argument(name, type=Path, required=True)
    command = commands.add_parser("render")
    command.set_defaults(command=render)
    for name in ("--blend", "--picture"):
        command.add_argument(name, type=Path, required=True)
    return parser.parse_args()


def main() -> int:
    """Exit code of the command."""
    options = _options()
    try:
        options.command(options)
    except Failed as failure:
        print(f"FAILED: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    exit_code = 1
    try:
        exit_code = main()
    finally:
        sys.stdout.flush()
        sys.excepthook(*sys.exc_info()) if sys.exc_info()[0] else None
        sys.stderr.flush()
        os._exit(exit_code)
