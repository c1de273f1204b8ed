# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's own importer finds in FBX files: `BLENDER_PYTHON import_fbx.py FILE…`; JSON on the last line."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import bpy
import numpy as np


def found_in(file: str) -> dict[str, Any]:
    """Each mesh with its triangles and its bounds in the world."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.import_scene.fbx(filepath=file)
    bpy.context.view_layer.update()
    parts = []
    for thing in bpy.data.objects:
        if thing.type == "MESH":
            places = np.array([thing.matrix_world @ vertex.co for vertex in thing.data.vertices])
            triangles = sum(len(polygon.vertices) - 2 for polygon in thing.data.polygons)
            bounds = {"low": places.min(axis=0).tolist(), "high": places.max(axis=0).tolist()}
            parts.append({"name": thing.name, "triangles": triangles, **bounds})
    return {"file": file, "parts": parts}


if __name__ == "__main__":
    print(json.dumps([found_in(file) for file in sys.argv[1:]]))
    sys.stdout.flush()
    os._exit(0)  # some Blender modules crash while Python shuts down
