# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside Blender: ways to take a mesh in, timed in turns. Run by into_blender.py, which reads the JSON it prints.

PYTHON_WITH_BPY benchmarks/blender_ways.py TRIANGLES ROUNDS
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="triposr_ways_")  # read when bpy is first imported

import bpy

from triposr_addon.blender import material, mesh_arrays, mesh_object, placement
from triposr_addon.blender.mesh_arrays import MeshArrays
from triposr_addon.blender.modifiers import MOST_TRIANGLES_AT_ONCE

HEIGHT = 1.0
RATIO = 0.5
"""The panel's own default share of triangles for Decimate."""

Work = Callable[[], object]


def globe(triangles: int) -> MeshArrays:
    """A closed, coloured, dented globe of about that many triangles, in rows as marching cubes gives them."""
    rows = round((triangles / 2) ** 0.5)
    down = np.linspace(0.0, np.pi, rows + 2)[1:-1, None]
    around = np.linspace(0.0, 2.0 * np.pi, rows, endpoint=False)[None]
    rings = np.stack([np.sin(down) * np.cos(around), np.sin(down) * np.sin(around), np.cos(down) + 0 * around], -1)
    vertices = np.vstack([rings.reshape(-1, 3), [[0, 0, 1], [0, 0, -1]]])
    vertices *= 1.0 + 0.1 * np.sin(9.0 * vertices[:, :1]) * np.sin(7.0 * vertices[:, 1:2])
    colours = (vertices - vertices.min(axis=0)) / np.ptp(vertices, axis=0)
    return MeshArrays(vertices.astype(np.float32), _globe_triangles(rows), colours.astype(np.float32))


def _globe_triangles(rows: int) -> NDArray[np.int32]:
    here, right = np.arange(rows), np.roll(np.arange(rows), -1)
    start = np.arange(rows - 1)[:, None] * rows
    upper_left, upper_right, lower_left, lower_right = (
        (start + shift).ravel() for shift in (here, right, here + rows, right + rows)
    )
    last, pole = (rows - 1) * rows, rows * rows
    corners = (
        (upper_left, lower_left, upper_right),
        (upper_right, lower_left, lower_right),
        (np.full(rows, pole), here, right),
        (np.full(rows, pole + 1), last + right, last + here),
    )
    return np.vstack([np.stack(three, -1) for three in corners]).astype(np.int32)


def attributes(mesh: MeshArrays) -> bpy.types.Mesh:
    """Ours: positions and corners as raw attributes."""
    return mesh_object.mesh_from_arrays("ours", mesh)


def foreach_set(mesh: MeshArrays) -> bpy.types.Mesh:
    """The collections' own foreach_set, as most extensions do it."""
    made = bpy.data.meshes.new("foreach_set")
    made.vertices.add(len(mesh.vertices))
    made.vertices.foreach_set("co", mesh.vertices.ravel())
    made.loops.add(mesh.triangles.size)
    made.loops.foreach_set("vertex_index", mesh.triangles.ravel())
    made.polygons.add(len(mesh.triangles))
    made.polygons.foreach_set("loop_start", np.arange(0, mesh.triangles.size, 3, dtype=np.int32))
    made.update(calc_edges=True)
    _colour(made, mesh)
    return made


def from_pydata(mesh: MeshArrays) -> bpy.types.Mesh:
    """Python lists, as Blender's own examples do it."""
    made = bpy.data.meshes.new("from_pydata")
    made.from_pydata(mesh.vertices.tolist(), [], mesh.triangles.tolist(), shade_flat=False)
    _colour(made, mesh)
    return made


def _colour(made: bpy.types.Mesh, mesh: MeshArrays) -> None:
    layer = made.color_attributes.new("Color", "BYTE_COLOR", "POINT")
    layer.data.foreach_set("color_srgb", np.hstack([mesh.colours, np.ones((len(mesh.colours), 1), np.float32)]).ravel())


def ways(mesh: MeshArrays) -> dict[str, Callable[[], bpy.types.Mesh]]:
    """Each makes the same coloured mesh."""
    return {
        "attributes (ours)": lambda: attributes(mesh),
        "vertices, loops .foreach_set": lambda: foreach_set(mesh),
        "from_pydata": lambda: from_pydata(mesh),
    }


def in_turns(works: Mapping[str, Callable[[], Any]], rounds: int, clear: Callable[[Any], None]) -> dict[str, float]:
    """Median milliseconds of each: A B C, C B A and so on; one round first that does not count."""
    seen: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name in list(works)[:: 1 if number % 2 else -1]:
            began = time.perf_counter()
            made = works[name]()
            if number:
                seen[name].append((time.perf_counter() - began) * 1e3)
            clear(made)
    return {name: round(statistics.median(times), 2) for name, times in seen.items()}


def remove(made: Any) -> None:
    """Take a mesh, an object with all it owns, or a material out again; numbers need nothing."""
    if isinstance(made, bpy.types.Object):
        mesh = made.data
        materials = list(mesh.materials)
        bpy.data.objects.remove(made)
        for own in (mesh, *materials):
            remove(own)
    elif isinstance(made, bpy.types.Mesh):
        bpy.data.meshes.remove(made)
    elif isinstance(made, bpy.types.Material):
        bpy.data.materials.remove(made)


def parts(mesh: MeshArrays, file: Path) -> dict[str, Callable[[], Any]]:
    """What Python does in Blender's main thread for one finished job, part by part, and the whole of it."""
    raw = file.with_suffix(".raw")
    raw.write_bytes(b"".join(array.tobytes() for array in (mesh.vertices, mesh.triangles, mesh.colours)))
    return {
        "read and check the .npz": lambda: mesh_arrays.read_mesh_file(file),
        "the same numbers as raw bytes": lambda: np.fromfile(raw, np.float32),
        "stand on the origin": lambda: placement.stand_on_origin(mesh, placement.footing_of(mesh, HEIGHT)),
        "mesh with colours": lambda: attributes(mesh),
        "material": lambda: material.colour_material("ours", mesh_object.COLOUR_ATTRIBUTE, (0.5, 0.5, 0.5)),
        "all: file to object": lambda: whole(file),
    }


def whole(file: Path) -> bpy.types.Object:
    """From the file to an object that is linked to no scene yet."""
    made = mesh_arrays.read_mesh_file(file)
    arrays = placement.stand_on_origin(made, placement.footing_of(made, HEIGHT))
    return mesh_object.object_from_arrays("ours", arrays, RATIO)


def evaluation(file: Path) -> dict[str, float]:
    """Milliseconds until Blender has the object ready to draw: Decimate as it is set, at 1, and waiting."""
    seen = {}
    for name, ratio, shown in (("Decimate 0.5", RATIO, True), ("Decimate 1", 1.0, True), ("waiting", RATIO, False)):
        thing = whole(file)
        thing.modifiers["Decimate"].ratio, thing.modifiers["Decimate"].show_viewport = ratio, shown
        bpy.context.scene.collection.objects.link(thing)
        began = time.perf_counter()
        bpy.context.view_layer.update()
        assert len(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.polygons) > 0
        seen[name] = round((time.perf_counter() - began) * 1e3, 2)
        remove(thing)
    return seen


def main(triangles: int, rounds: int) -> None:
    """Print one JSON object as the last line."""
    mesh = globe(triangles)
    file = Path(os.environ["BLENDER_USER_RESOURCES"]) / "mesh.npz"
    np.savez(file, vertices=mesh.vertices, triangles=mesh.triangles, colours=mesh.colours)
    found = {
        "blender": bpy.app.version_string,
        "vertices": len(mesh.vertices),
        "triangles": len(mesh.triangles),
        "waits_above_triangles": MOST_TRIANGLES_AT_ONCE,
        "ways_ms": in_turns(ways(mesh), rounds, remove),
        "parts_ms": in_turns(parts(mesh, file), rounds, remove),
        "evaluation_ms": evaluation(file),
    }
    print(json.dumps(found), flush=True)
    os._exit(0)  # some Blender modules crash while Python shuts down


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
