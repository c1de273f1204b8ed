# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender draws no panel without a window. Here its layout is played by one that refuses what the real one would."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class StrictLayout:
    """Keeps what is drawn as lines of text; unknown properties, operators, icons and kinds of bar are errors."""

    enabled = True
    active = True

    def __init__(self, bpy: Any, lines: list[str]) -> None:
        self.bpy, self.lines = bpy, lines

    def column(self, align: bool = False) -> StrictLayout:
        return self.inside()

    row = column

    def box(self) -> StrictLayout:
        return self.inside()

    def grid_flow(
        self, row_major: bool, columns: int, even_columns: bool, even_rows: bool, align: bool
    ) -> StrictLayout:
        return self.inside()

    def inside(self) -> StrictLayout:
        return StrictLayout(self.bpy, self.lines)

    def prop(self, owner: Any, name: str, text: str = "", icon: str = "NONE", **how: bool) -> None:
        assert set(how) <= {"slider", "expand"}
        assert name in owner.bl_rna.properties
        self.keep(f"prop {name}", icon)

    def label(self, text: str, icon: str = "NONE", icon_value: int = 0, translate: bool = True) -> None:
        assert text or icon != "NONE" or icon_value
        self.keep(f"label {text}", icon)

    def progress(self, factor: float, type: str, text: str) -> None:
        assert 0.0 <= factor <= 1.0
        assert type in self.bpy.types.UILayout.bl_rna.functions["progress"].parameters["type"].enum_items
        self.keep(f"progress {text}", "NONE")

    def menu(self, name: str, text: str = "", icon: str = "NONE") -> None:
        assert hasattr(self.bpy.types, name)
        self.keep(f"menu {name}", icon)

    def operator(
        self, name: str, text: str = "", icon: str = "NONE", depress: bool = False, translate: bool = True
    ) -> Any:
        room, _, verb = name.partition(".")
        known = getattr(getattr(self.bpy.ops, room), verb).get_rna_type()
        self.keep(f"operator {name}" if self.enabled else f"greyed out {name}", icon)
        return SimpleNamespace(**dict.fromkeys(known.properties.keys()))

    def template_icon(self, icon_value: int, scale: float) -> None:
        self.keep("picture", "NONE")

    def keep(self, line: str, icon: str) -> None:
        assert icon in self.bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
        self.lines.append(line)
