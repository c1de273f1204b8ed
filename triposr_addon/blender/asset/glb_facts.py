# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a GLB file again, without Blender: what an engine will find in it. glTF 2.0, section 4.4 and 5."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC, JSON_CHUNK = 0x46546C67, 0x4E4F534A
COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
TRIANGLES = 4


class NotAGlb(ValueError):
    """What is wrong with a file; the text is for the log."""


@dataclass(frozen=True)
class MeshFacts:
    """low, high: the bounds, in metres, Y up. colour: mean linear COLOR_0 and how far it varies, or None.

    colour_type: of COLOR_0's numbers, say "<f4". textures: roles of the material's pictures.
    """

    triangles: int
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    colour: tuple[float, float, float] | None
    colour_spread: float
    colour_type: str
    textures: tuple[str, ...]
    has_uvs: bool


def read_glb(path: Path) -> dict[str, MeshFacts]:
    """The facts of each node with a mesh, by the node's name. Raises NotAGlb, OSError."""
    data = path.read_bytes()
    try:
        document, binary = _chunks(data)
        return {
            node["name"]: _facts(document, binary, document["meshes"][node["mesh"]]["primitives"])
            for node in document["nodes"]
            if "mesh" in node
        }
    except (KeyError, IndexError, ValueError, struct.error) as error:
        raise NotAGlb(f"{path.name}: {error!r}") from error


def _chunks(data: bytes) -> tuple[Mapping[str, Any], bytes]:
    magic, version, length = struct.unpack_from("<III", data)
    if magic != MAGIC or version != 2 or length != len(data):
        raise NotAGlb("no glTF 2.0 header, or cut short")
    size, kind = struct.unpack_from("<II", data, 12)
    if kind != JSON_CHUNK:
        raise NotAGlb("the first part is no JSON")
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def _facts(document: Mapping[str, Any], binary: bytes, primitives: Sequence[Mapping[str, Any]]) -> MeshFacts:
    if any(primitive.get("mode", TRIANGLES) != TRIANGLES for primitive in primitives):
        raise NotAGlb("it has something else than triangles")
    triangles = sum(document["accessors"][primitive["indices"]]["count"] // 3 for primitive in primitives)
    places = np.concatenate([_numbers(document, binary, part["attributes"]["POSITION"]) for part in primitives])
    low, high = places.min(axis=0), places.max(axis=0)
    named = [part["attributes"].get("COLOR_0") for part in primitives]
    colours = [_numbers(document, binary, number)[:, :3] for number in named if number is not None]
    kinds = [COMPONENTS[document["accessors"][number]["componentType"]] for number in named if number is not None]
    found = np.concatenate(colours) if colours else None
    return MeshFacts(
        triangles,
        _triple(low),
        _triple(high),
        None if found is None else _triple(found.mean(axis=0)),
        0.0 if found is None else float(np.ptp(found, axis=0).max()),
        kinds[0] if kinds else "",
        _textures(document, primitives),
        all("TEXCOORD_0" in part["attributes"] for part in primitives),
    )


def _numbers(document: Mapping[str, Any], binary: bytes, number: int) -> NDArray[np.float64]:
    """An accessor [N, width]; whole numbers stand for 0..1."""
    accessor = document["accessors"][number]
    view = document["bufferViews"][accessor["bufferView"]]
    kind, width = np.dtype(COMPONENTS[accessor["componentType"]]), WIDTHS[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    stride = view.get("byteStride", width * kind.itemsize)
    shape = (accessor["count"], width)
    found = np.ndarray(shape, kind, binary, start, (stride, kind.itemsize)).astype(np.float64)
    return found if kind.kind == "f" else found / np.iinfo(kind).max


def _textures(document: Mapping[str, Any], primitives: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    roles: set[str] = set()
    for part in primitives:
        if "material" in part:
            material = document["materials"][part["material"]]
            surface = material.get("pbrMetallicRoughness", {})
            roles |= {key for group in (material, surface) for key in group if key.endswith("Texture")}
    return tuple(sorted(roles))


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
