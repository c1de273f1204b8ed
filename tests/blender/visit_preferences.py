# SPDX-License-Identifier: GPL-3.0-or-later
"""Another Blender starts with saved preferences, and tells what the extension reads in them.

python visit_preferences.py CHECKOUT HOME ANSWER.json, where HOME/config holds userpref.blend.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

EXTENSION = "bl_ext.user_default.triposr"


def visit(checkout: Path, home: Path, answer: Path) -> None:
    os.environ["BLENDER_USER_RESOURCES"] = str(home)
    (home / "extensions" / "user_default").mkdir(parents=True)
    (home / "extensions" / "user_default" / "triposr").symlink_to(checkout, target_is_directory=True)
    bpy: Any = importlib.import_module("bpy")
    if EXTENSION not in bpy.context.preferences.addons:
        bpy.ops.wm.read_userpref()
    read = bpy.context.preferences.addons[EXTENSION].preferences
    names = ("worker_python", "data_folder", "device", "warm_up")
    answer.write_text(json.dumps({name: getattr(read, name) for name in names}))


if __name__ == "__main__":
    visit(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.flush()
    os._exit(0)  # the module's own way out can crash
