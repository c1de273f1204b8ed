# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipe of a game asset: the settings of all stages as plain values, nested as their groups are.

Every setting is in it, unless NOT_IN_A_RECIPE says why not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bpy

from ..decimals import decimal

NOT_IN_A_RECIPE: Mapping[str, str] = {
    "export.folder": "a place on this computer",
    "views.folder": "a place on this computer",
    "library.library": "a place on this computer",
}
"""Settings by their names, say "export.folder", and why they are of one asset alone."""

AssetRecipe = Mapping[str, Any]
"""Values that JSON knows by the settings' names; a stage's are in a mapping of their own."""


def recipe_of(group: bpy.types.PropertyGroup, prefix: str = "") -> dict[str, Any]:
    """All of a group's settings, as they are now."""
    made: dict[str, Any] = {}
    for name, nested in _settings_of(group, prefix):
        value = getattr(group, name)
        made[name] = recipe_of(value, f"{prefix}{name}.") if nested else _plain(value)
    return made


def use_recipe(group: bpy.types.PropertyGroup, recipe: AssetRecipe, prefix: str = "") -> list[str]:
    """Set what the recipe says, and leave the rest alone; gives the names of what could not be set."""
    known = dict(_settings_of(group, prefix))
    refused = [f"{prefix}{name}" for name in recipe if name not in known]
    for name, nested in known.items():
        if name not in recipe:
            continue
        value = recipe[name]
        if nested and isinstance(value, Mapping):
            refused += use_recipe(getattr(group, name), value, f"{prefix}{name}.")
            continue
        try:
            setattr(group, name, value)
        except (AttributeError, OverflowError, TypeError, ValueError):
            refused.append(f"{prefix}{name}")
    return refused


def _settings_of(group: bpy.types.PropertyGroup, prefix: str) -> Iterator[tuple[str, bool]]:
    """Names, and whether it is a group of its own."""
    for setting in group.bl_rna.properties:
        name = setting.identifier
        if name not in ("rna_type", "name") and f"{prefix}{name}" not in NOT_IN_A_RECIPE:
            yield name, isinstance(getattr(group, name), bpy.types.PropertyGroup)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return decimal(value)
    return value if isinstance(value, str | int) else [_plain(part) for part in value]
