# SPDX-License-Identifier: GPL-3.0-or-later
"""Saves what an older version of the extension saves: a .blend with an object, and Blender's preferences.

    BLENDER_PYTHON make_sample.py --checkout OLD --worker-python PYTHON --picture PICTURE --out FOLDER

OLD is a checkout of that version (git worktree add OLD COMMIT), BLENDER_PYTHON has the oldest Blender that it ran in.
The two folders beside this file were made with Blender 4.2.23, of the teapot of the facts folder:

    first       762aed5, the first version whose zip could make a mesh: it came with a model
    with-field  3625af3, of the first that kept the field in the .blend; its preferences are those of the first
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

EXTENSION = "bl_ext.user_default.triposr"
SCENE = {"resolution": 48, "height": 0.75, "decimate_ratio": 0.5, "foreground_ratio": 0.8, "background": "FLAT"}
"""Settings that are not as the extension comes; those that a version does not know are left out."""


def set_where_known(settings: Any, values: dict[str, Any]) -> None:
    """As far as that version knows the setting and the choice."""
    for name, value in values.items():
        definition = settings.bl_rna.properties.get(name)
        if definition is None:
            continue
        if definition.type == "ENUM" and value not in [item.identifier for item in definition.enum_items]:
            continue
        setattr(settings, name, value)


def main(arguments: list[str]) -> None:
    """Make the two files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--checkout", "--worker-python", "--picture", "--out"):
        parser.add_argument(name, type=Path, required=True)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BLENDER_USER_RESOURCES"] = home
        bpy: Any = importlib.import_module("bpy")
        extensions = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
        (extensions / "triposr").symlink_to(options.checkout.absolute(), target_is_directory=True)
        bpy.ops.preferences.addon_enable(module=EXTENSION)
        save_both(bpy, options, Path(home))


def save_both(bpy: Any, options: argparse.Namespace, home: Path) -> None:
    """An object in a scene with settings of its own; preferences with no path of this computer in them."""
    preferences = bpy.context.preferences.addons[EXTENSION].preferences
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    picture = Path(shutil.copy(options.picture, home))
    scene = bpy.context.scene
    set_where_known(scene.triposr, SCENE)
    scene.triposr.image_path = str(picture)
    preferences.worker_python, preferences.device = str(options.worker_python.absolute()), "cpu"
    preferences.data_folder = str(home / "data")
    bpy.ops.triposr.generate()
    thing = bpy.context.object
    thing["triposr_image"], scene.triposr.image_path = f"/an/old/place/{picture.name}", f"//{picture.name}"
    options.out.mkdir(parents=True, exist_ok=True)
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(options.out.absolute() / "sample.blend"), compress=True)
    preferences.worker_python, preferences.data_folder = "/an/old/python", "/an/old/folder"
    set_where_known(preferences, {"warm_up": False})
    for library in bpy.context.preferences.filepaths.asset_libraries:
        library.path = "/an/old/place"
    bpy.ops.wm.save_userpref()
    shutil.copyfile(Path(bpy.utils.user_resource("CONFIG")) / "userpref.blend", options.out / "userpref.blend")


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # the module's own way out can crash
