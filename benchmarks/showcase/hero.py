# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders docs/images/hero.png: the demo's photo, and its object from the front, at an angle and from behind.

    python3 -m vendor_installer demo
    python3 -m vendor_installer run --blender -- python benchmarks/showcase/hero.py demo/demo_photo.blend \\
        docs/images/demo_photo.png docs/images/hero.png
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy
from stage import build_row, set_up_render

PICTURE_SIZE = (1280, 448)
TURNS_DEGREES = (0, -50, 180)


def main(blend: Path, photo: Path, picture: Path) -> None:
    """Take the object out of the demo's file, stand it in a row, render."""
    bpy.ops.wm.open_mainfile(filepath=str(blend.resolve()))
    made = next(thing for thing in bpy.data.objects if "triposr_image" in thing)
    for other in [thing for thing in bpy.data.objects if thing != made]:
        bpy.data.objects.remove(other)
    build_row(made, photo.resolve(), TURNS_DEGREES)
    set_up_render(bpy.context.scene, picture.resolve(), PICTURE_SIZE)
    bpy.ops.render.render(write_still=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # some Blender modules crash in Python's shutdown
