# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh files as our worker writes them (`worker/mesh_file.py`), straight into arrays, in Blender's axes.

Blender's own importers would take each into the scene, one operator call and one selection at a time, and forget what
the axes of the field were. These readers take only the one form that we write; sizes come from the bytes that are
there, never from what a file says of itself.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image_pixels import encoded
from ..mesh_arrays import Floats, MeshArrays, check, read_mesh_file
from .failures import ItemFileUnreadable

GLB_MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
FLOAT, UNSIGNED_SHORT, UNSIGNED_INT = 5126, 5123, 5125
"""Numbers of the glTF 2.0 specification."""
KINDS = {FLOAT: "<f4", UNSIGNED_SHORT: "<u2", UNSIGNED_INT: "<u4"}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}

PLY_HEADER = re.compile(
    rb"ply\nformat binary_little_endian 1\.0\n(?:comment [^\n]*\n)*element vertex (\d{1,10})\n"
    rb"property float x\nproperty float y\nproperty float z\n"
    rb"property uchar red\nproperty uchar green\nproperty uchar blue\nproperty uchar alpha\n"
    rb"element face (\d{1,10})\nproperty list uchar int vertex_indices\nend_header\n"
)
PLY_VERTEX = np.dtype([("place", "<f4", 3), ("colour", "u1", 4)])
PLY_FACE = np.dtype([("corners", "u1"), ("triangle", "<i4", 3)])
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, struct.error)
"""What broken files raise in numpy, json and struct."""


def read_mesh(path: Path, data: bytes) -> MeshArrays:
    """A .glb, .ply, .obj or .npz of ours, checked; data: its content. Raises ItemFileUnreadable, ResultUnreadable."""
    if path.suffix.lower() == ".npz":
        return read_mesh_file(path)
    reader = {".glb": _glb, ".ply": _ply, ".obj": _obj}.get(path.suffix.lower())
    if reader is None:
        raise ItemFileUnreadable(path, "its ending is not known")
    try:
        mesh = reader(data)
        check(mesh)
    except UNREADABLE as error:
        raise ItemFileUnreadable(path, f"{type(error).__name__}: {error!s:.200}") from error
    return mesh


def _glb(data: bytes) -> MeshArrays:
    magic, version, length, size, kind = struct.unpack_from("<IIIII", data)
    if magic != GLB_MAGIC or version != 2 or length != len(data) or kind != JSON_CHUNK:
        raise ValueError("no glTF 2.0 header, or cut short")
    document = json.loads(data[20 : 20 + size])
    _, second = struct.unpack_from("<II", data, 20 + size)
    if second != BINARY_CHUNK:
        raise ValueError("the second part is not binary")
    binary = memoryview(data)[28 + size :]
    (mesh,) = document["meshes"]
    (part,) = mesh["primitives"]
    names = part["attributes"]
    places = _accessor(document, binary, names["POSITION"])
    colours = _accessor(document, binary, names["COLOR_0"])[:, :3]
    corners = _accessor(document, binary, part["indices"])
    light = colours.astype(np.float32) / np.float32(65535.0 if colours.dtype == "<u2" else 1.0)
    return _mesh(_from_y_up(places), corners.reshape(-1, 3), encoded(light))


def _accessor(document: Mapping[str, Any], binary: memoryview, number: int) -> NDArray[Any]:
    """Its numbers [N, width], as they are stored: one after the other."""
    accessor = document["accessors"][number]
    view = document["bufferViews"][accessor["bufferView"]]
    kind, width = np.dtype(KINDS[accessor["componentType"]]), WIDTHS[accessor["type"]]
    if view.get("byteStride", width * kind.itemsize) != width * kind.itemsize:
        raise ValueError("its numbers do not stand one after the other")
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    return np.frombuffer(binary, kind, accessor["count"] * width, start).reshape(-1, width)


def _ply(data: bytes) -> MeshArrays:
    header = PLY_HEADER.match(data)
    if header is None:
        raise ValueError("it has another header than ours")
    vertices = np.frombuffer(data, PLY_VERTEX, int(header[1]), header.end())
    faces = np.frombuffer(data, PLY_FACE, int(header[2]), header.end() + vertices.nbytes)
    if (faces["corners"] != 3).any():
        raise ValueError("it has other faces than triangles")
    return _mesh(vertices["place"], faces["triangle"], vertices["colour"][:, :3] / np.float32(255.0))


def _obj(data: bytes) -> MeshArrays:
    """Lines `v x y z red green blue` and `f a b c`, and no others but comments."""
    lines = [line.split() for line in data.decode("ascii").splitlines()]
    kinds = {words[0] for words in lines if words and words[0] != "#"}
    if kinds != {"v", "f"}:
        raise ValueError(f"it has lines {sorted(kinds)[:8]}")
    vertices = np.array([words[1:] for words in lines if words and words[0] == "v"], np.float32)
    corners = np.array([words[1:] for words in lines if words and words[0] == "f"], np.int64)
    if vertices.shape[1:] != (6,) or corners.shape[1:] != (3,):
        raise ValueError("its lines are of other lengths than ours")
    return _mesh(_from_y_up(vertices[:, :3]), corners - 1, vertices[:, 3:])


def _mesh(vertices: NDArray[Any], triangles: NDArray[Any], colours: NDArray[Any]) -> MeshArrays:
    """In the kinds of numbers that Blender takes. Colours may leave 0..1 by a rounding error alone."""
    if len(triangles) and not 0 <= int(triangles.min()) <= int(triangles.max()) < len(vertices):
        raise ValueError("a triangle names a vertex that is not there")
    return MeshArrays(
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(triangles, np.int32),
        np.clip(np.ascontiguousarray(colours, np.float32), 0.0, 1.0),
    )


def _from_y_up(places: NDArray[Any]) -> Floats:
    """From up +Y, front +Z to Blender's axes: up +Z, front -Y."""
    x, y, z = places.T
    return np.stack([x, -z, y], axis=1).astype(np.float32)
