# SPDX-License-Identifier: GPL-3.0-or-later
"""FBX files as ufbx finds them, as JSON on standard output: unit, groups of levels, meshes.

    PYTHON tests/outside/read_fbx.py FILE ...

A process of its own, which frees no scene, collects no garbage and ends without Python's clean-up: ufbx 0.0.5 visits
elements that it has freed, which crashes where the memory was used again.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

import numpy as np
import ufbx


def main() -> None:
    """Read each, print once."""
    gc.disable()
    scenes = [(file, ufbx.load_file(file)) for file in sys.argv[1:]]
    sys.stdout.write(json.dumps([_facts(file, scene) for file, scene in scenes]))
    sys.stdout.flush()
    os._exit(0)


def _facts(file: str, scene: Any) -> dict[str, Any]:
    nodes, unit = list(scene.nodes), scene.settings.unit_meters
    return {
        "file": file,
        "unit": unit,
        "levels": any(node.attrib_type == ufbx.ElementType.LOD_GROUP for node in nodes),
        "parts": [_part(node, unit) for node in nodes if node.mesh is not None],
    }


def _part(node: Any, unit: float) -> dict[str, Any]:
    """Bounds in metres along the file's axes; colours one for each corner, or None."""
    mesh, scale = node.mesh, node.local_transform.scale
    places = unit * np.array([[place.x, place.y, place.z] for place in mesh.vertices])
    return {
        "name": node.name,
        "triangles": mesh.num_triangles,
        "scale": [scale.x, scale.y, scale.z],
        "low": places.min(axis=0).tolist(),
        "high": places.max(axis=0).tolist(),
        "colours": _colours(mesh.vertex_color),
    }


def _colours(layer: Any) -> list[list[float]] | None:
    if not layer.exists:
        return None
    values = np.array([[value.x, value.y, value.z] for value in layer.values])
    found: list[list[float]] = values[np.array(list(layer.indices))].tolist()
    return found


if __name__ == "__main__":
    main()
