# SPDX-License-Identifier: GPL-3.0-or-later
"""What each engine expects of a file: format, names, axes, units, colours. From their manuals; no engine was run.

Every file faces the viewer as its format has it: glTF, OBJ and FBX +Z with Y up, USD -Y with Z up. For Unreal an object
is turned before, so that its front is what Unreal calls forward, +X.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

METRES: Mapping[str, Any] = {"apply_scale_options": "FBX_SCALE_ALL"}
"""The numbers are metres, and the file says so."""
CENTIMETRES: Mapping[str, Any] = {"apply_scale_options": "FBX_SCALE_NONE"}
"""The numbers are centimetres, which is FBX's own unit: right also for an importer that does not look."""


@dataclass(frozen=True)
class Engine:
    """file_format: what it takes best. levels_in_one: all levels of detail go into one file; else a file each.

    collider: the name of one, of `name` (the asset's), `first` (the finest level's) and `number`; "" where a collider
    would only be drawn. box_collider: of a box, where that has a name of its own. fbx_colours: whether FBX has linear
    vertex colours or sRGB ones. turn: degrees around Z. normal_y: 1 where a normal map's green is up, -1 where it is
    down.
    """

    label: str
    file_format: str
    levels_in_one: bool
    collider: str
    box_collider: str = ""
    fbx_colours: str = "SRGB"
    fbx: Mapping[str, Any] = field(default_factory=lambda: METRES)
    turn: float = 0.0
    normal_y: int = 1
    level_group: bool = False

    def collider_name(self, name: str, first: str, number: int, count: int, kind: str) -> str:
        """Of a collider, the `number`th of `count`, from 0; see collider_names, which names those in the .blend."""
        pattern = self.box_collider if kind == "BOX" and self.box_collider else self.collider
        return pattern.format(name=name, first=first, number=number, mark=f"_{number:02}" if count > 1 else "")


ENGINES: Mapping[str, Engine] = {
    "UNITY": Engine("Unity", "FBX", levels_in_one=True, collider="{name}_Collider{mark}"),
    "UNREAL": Engine(
        "Unreal",
        "FBX",
        levels_in_one=True,
        collider="UCX_{first}_{number:02}",
        box_collider="UBX_{first}_{number:02}",
        fbx_colours="LINEAR",
        fbx=CENTIMETRES,
        turn=90.0,
        normal_y=-1,
        level_group=True,
    ),
    "GODOT": Engine("Godot", "GLB", levels_in_one=False, collider="{name}{mark}-convcolonly"),
    "WEB": Engine("three.js", "GLB", levels_in_one=False, collider=""),
}
FORMATS: Mapping[str, str] = {"GLB": ".glb", "FBX": ".fbx", "OBJ": ".obj", "USD": ".usdc"}
