# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in an exported file: counted before it is written, held against the file, and told in the sidecar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import bpy
import numpy as np

from ..provenance import PREFIX, extension_version
from .engines import Engine
from .export_copies import Copies
from .export_parts import AssetParts
from .failures import FileNotWhole
from .glb_facts import NotAGlb, read_glb

LARGEST_MISFIT = 1e-4
"""Of the object's size: a file's numbers are single precision."""
SIGNATURES = {"FBX": b"Kaydara FBX Binary", "USD": b"PXR-USDC"}


@dataclass(frozen=True)
class PartFacts:
    """role: LOD0 and so on, or collider. low, high: the bounds in metres, Blender's axes, turned for the engine.

    colour: the mean vertex colour, sRGB 0..1, where the file has vertex colours.
    """

    name: str
    role: str
    triangles: int
    vertices: int
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    colour: tuple[float, float, float] | None = None


def facts_of(copies: Copies, first: int = 0) -> list[PartFacts]:
    """Of all copies, levels first; `first`: which level the first one is."""
    levels = [_facts(name, f"LOD{first + number}") for number, name in enumerate(copies.levels)]
    return levels + [_facts(name, "collider") for name in copies.colliders]


def _facts(name: str, role: str) -> PartFacts:
    mesh = cast("bpy.types.Mesh", bpy.data.objects[name].data)
    mesh.calc_loop_triangles()
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    places = flat.reshape(-1, 3)
    layer: Any = mesh.color_attributes.active_color
    colour = None
    if layer is not None:
        values = np.empty(4 * len(layer.data), np.float32)
        layer.data.foreach_get("color_srgb", values)
        colour = _triple(values.reshape(-1, 4)[:, :3].mean(axis=0))
    bounds = _triple(places.min(axis=0)), _triple(places.max(axis=0))
    return PartFacts(name, role, len(mesh.loop_triangles), len(mesh.vertices), *bounds, colour)


def looked_at_again(file: Path, file_format: str, facts: Sequence[PartFacts], *, textured: bool) -> None:
    """Read the file without Blender and hold it against what it should have. Raises FileNotWhole, OSError."""
    if file_format == "GLB":
        _check_glb(file, facts, textured=textured)
    elif file_format == "OBJ":
        with file.open(encoding="utf-8") as lines:
            faces = sum(line.startswith("f ") for line in lines)
        if faces != sum(part.triangles for part in facts):
            raise FileNotWhole(file, f"{faces} faces")
    elif not file.read_bytes()[:18].startswith(SIGNATURES[file_format]):
        raise FileNotWhole(file, "its first bytes are none of its format")


def _check_glb(file: Path, facts: Sequence[PartFacts], *, textured: bool) -> None:
    try:
        found = read_glb(file)
    except NotAGlb as error:
        raise FileNotWhole(file, str(error)) from error
    for part in facts:
        there = found.get(part.name)
        if there is None or there.triangles != part.triangles:
            raise FileNotWhole(file, f"{part.name}: {there}")
        # Y up: (x, y, z) are (x, z, -y).
        low, high = (part.low[0], part.low[2], -part.high[1]), (part.high[0], part.high[2], -part.low[1])
        size = max(np.subtract(high, low))
        if np.abs(np.subtract((*there.low, *there.high), (*low, *high))).max() > LARGEST_MISFIT * size:
            raise FileNotWhole(file, f"{part.name} lies at {there.low} .. {there.high}")
        if part.role == "collider":
            continue
        if textured and ("baseColorTexture" not in there.textures or not there.has_uvs):
            raise FileNotWhole(file, f"{part.name} has no texture")
        if not textured and part.colour is not None and there.colour is None:
            raise FileNotWhole(file, f"{part.name} has no colours")


OURS = "TripoSR for Blender"
"""How a sidecar's note of what made it begins."""
LARGEST_SIDECAR_BYTES = 1 << 20


def is_our_sidecar(path: Path) -> bool:
    """Whether an export of ours left that file. Raises OSError where it is there and can't be read."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_SIDECAR_BYTES:
        return False
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and str(told.get("made_with", "")).startswith(OURS)


def sidecar_of(
    parts: AssetParts,
    engine: Engine,
    file_format: str,
    files: Sequence[str],
    facts: Sequence[PartFacts],
    *,
    textured: bool,
) -> dict[str, Any]:
    """What JSON is to hold of an asset, for the engine's own scripts and for those who come later."""
    turned = file_format == "FBX" and engine.turn != 0.0
    up_is_y = file_format != "USD"
    space = "linear" if file_format == "GLB" or (file_format == "FBX" and engine.fbx_colours == "LINEAR") else "sRGB"
    return {
        "name": parts.name,
        "engine": engine.label,
        "files": list(files),
        "up": "+Y" if up_is_y else "+Z",
        "front": "+X" if turned else ("+Z" if up_is_y else "-Y"),
        "unit": "centimetre" if file_format == "FBX" and engine.level_group else "metre",
        "colours": "texture" if textured else "vertex colours",
        "colour_space": "sRGB" if textured else space,
        "normal_map": "-Y" if engine.normal_y < 0 else "+Y",
        "parts": [asdict(part) for part in facts],
        "photo": str(parts.first.get(f"{PREFIX}image_name", "")),
        "model": str(parts.first.get(f"{PREFIX}model", "")),
        "made_with": f"{OURS} {extension_version()}, Blender {bpy.app.version_string}",
    }


def _triple(values: Any) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 6) for value in values)
    return (x, y, z)
