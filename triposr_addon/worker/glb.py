# SPDX-License-Identifier: GPL-3.0-or-later
"""One coloured mesh as binary glTF 2.0: positions, normals, COLOR_0, indices, one rough material."""

from __future__ import annotations

import json
import struct

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FLOAT, UNSIGNED_SHORT, UNSIGNED_INT = 5126, 5123, 5125
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
"""Numbers of the glTF 2.0 specification (sections 3.6, 3.7 and 4.4)."""

ROUGHNESS = 0.9
"""The photo's light is in the colours already: no highlights on top."""


def glb_bytes(vertices: Floats, triangles: npt.NDArray[np.int32], colours: Floats) -> bytes:
    """The file's bytes. vertices [V, 3], up +Y, front +Z; triangles [F, 3]; colours [V, 3] sRGB-encoded 0..1.

    Colours are stored linear, as glTF wants COLOR_0, in 16 bits: 8 linear bits would band in the dark.
    """
    opaque = np.ones((len(colours), 1), dtype=np.float32)
    linear = np.rint(np.hstack([linear_from_srgb(colours), opaque]) * 65535.0).astype("<u2")
    parts = [
        vertices.astype("<f4").tobytes(),
        vertex_normals(vertices, triangles).astype("<f4").tobytes(),
        linear.tobytes(),
        triangles.astype("<u4").tobytes(),
    ]
    document = _document(vertices, len(triangles), [len(part) for part in parts])
    text = json.dumps(document, separators=(",", ":")).encode("utf-8")
    chunks = _chunk(JSON_CHUNK, text, b" ") + _chunk(BINARY_CHUNK, b"".join(parts), b"\0")
    return struct.pack("<III", MAGIC, 2, 12 + len(chunks)) + chunks


def linear_from_srgb(colours: Floats) -> Floats:
    """Decode sRGB (IEC 61966-2-1), 0..1."""
    low, high = colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4
    return np.where(colours <= 0.04045, low, high).astype(np.float32)


def vertex_normals(vertices: Floats, triangles: npt.NDArray[np.int32]) -> Floats:
    """Unit normals [V, 3]: the mean of each vertex's triangles, weighted by area."""
    first, second, third = (vertices[triangles[:, corner]].astype(np.float64) for corner in range(3))
    facing = np.cross(second - first, third - first)
    corners = triangles.ravel()
    sums = [np.bincount(corners, facing[:, axis].repeat(3), minlength=len(vertices)) for axis in range(3)]
    normals = np.stack(sums, axis=1)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    upwards = np.array([0.0, 1.0, 0.0])  # glTF wants unit length even where triangles cancel out
    return np.where(lengths > 0.0, normals / np.where(lengths > 0.0, lengths, 1.0), upwards).astype(np.float32)


def _document(vertices: Floats, triangles: int, sizes: list[int]) -> dict[str, object]:
    count = len(vertices)
    lowest, highest = vertices.min(axis=0).tolist(), vertices.max(axis=0).tolist()
    starts = np.cumsum([0, *sizes]).tolist()
    targets = [ARRAY_BUFFER] * 3 + [ELEMENT_ARRAY_BUFFER]
    return {
        "asset": {"version": "2.0", "generator": "TripoSR for Blender"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1, "COLOR_0": 2}, "indices": 3, "material": 0}]}
        ],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": ROUGHNESS}}],
        "accessors": [
            {"bufferView": 0, "componentType": FLOAT, "count": count, "type": "VEC3", "min": lowest, "max": highest},
            {"bufferView": 1, "componentType": FLOAT, "count": count, "type": "VEC3"},
            {"bufferView": 2, "componentType": UNSIGNED_SHORT, "count": count, "type": "VEC4", "normalized": True},
            {"bufferView": 3, "componentType": UNSIGNED_INT, "count": 3 * triangles, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": size, "target": target}
            for start, size, target in zip(starts, sizes, targets, strict=False)
        ],
        "buffers": [{"byteLength": sum(sizes)}],
    }


def _chunk(kind: int, data: bytes, filler: bytes) -> bytes:
    data += filler * (-len(data) % 4)
    return struct.pack("<II", len(data), kind) + data
