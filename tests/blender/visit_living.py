# SPDX-License-Identifier: GPL-3.0-or-later
"""Another Blender opens a saved scene and makes the mesh again, without any model but the field.

python visit_living.py CHECKOUT FOLDER WORKER_PYTHON, where FOLDER holds scene.blend and an empty "no models".
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

EXTENSION = "bl_ext.user_default.triposr"


def blender_with_the_extension(checkout: Path, home: Path) -> Any:
    os.environ["BLENDER_USER_RESOURCES"] = str(home)
    blender = importlib.import_module("bpy")
    extensions = Path(blender.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (extensions / "triposr").symlink_to(checkout, target_is_directory=True)
    blender.ops.preferences.addon_enable(module=EXTENSION)
    return blender


def visit(checkout: Path, folder: Path, worker_python: str) -> None:
    bpy = blender_with_the_extension(checkout, folder / "another home")
    preferences = bpy.context.preferences.addons[EXTENSION].preferences
    preferences.worker_python, preferences.device = worker_python, "cpu"
    preferences.data_folder, preferences.models_folder = str(folder / "other data"), str(folder / "no models")
    bpy.ops.wm.open_mainfile(filepath=str(folder / "scene.blend"))
    session = importlib.import_module(f"{EXTENSION}.triposr_addon.blender.session").current()
    assert not session.shaping.busy()
    bpy.context.window_manager.triposr_living.resolution = 60
    before = len(bpy.context.object.data.vertices)
    assert bpy.ops.triposr.re_extract() == {"FINISHED"}
    assert len(bpy.context.object.data.vertices) > before
    resolution = bpy.context.object.data["triposr_living"]["settings"]["resolution"]
    print(f"re-extracted {resolution} in a file that says nothing of running", flush=True)
    bpy.ops.preferences.addon_disable(module=EXTENSION)


if __name__ == "__main__":
    visit(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    sys.stdout.flush()
    os._exit(0)  # the module's own way out can crash
