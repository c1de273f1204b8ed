# SPDX-License-Identifier: GPL-3.0-or-later
"""A recipe: the settings that can be kept and used again for another picture. Here is the list of which they are.

Presets, the artist's defaults, what an object remembers of its making, and "make again" all follow this list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from .decimals import decimal

if TYPE_CHECKING:
    import bpy

    from .properties import TRIPOSR_PG_settings

IN_A_RECIPE = (
    "model",
    "model_folder",
    "background",
    "rembg_model",
    "foreground_ratio",
    "mirror",
    "mask_threshold",
    "fill_holes",
    "largest_part",
    "resolution",
    "threshold",
    "height",
    "size_by",
    "origin_at",
    "stand_at",
    "decimate_ratio",
    "show_colours",
)
"""The scene's settings that say how something is made, whatever the picture."""

NOT_IN_A_RECIPE = {
    "image_path": "the picture itself",
    "mask": "belongs to one picture",
    "use_mask": "goes with the mask",
    "shown_height": "is the height, in the scene's units",
}
"""The others, and why. A test fails for a setting that is in neither."""

VERSION = 1
"""Of recipes that are kept as text. Raise it when an older extension would misread one."""

LONGEST_TEXT = 1 << 16

Value = str | int | float | bool | list[float]
Recipe = Mapping[str, Value]
"""Some of the settings IN_A_RECIPE by name, in values that JSON knows: an item of a menu by its identifier."""


def recipe_of(settings: TRIPOSR_PG_settings) -> dict[str, Value]:
    """All of them, as they are now."""
    return {name: _plain(getattr(settings, name)) for name in IN_A_RECIPE}


def use_recipe(settings: TRIPOSR_PG_settings, recipe: Recipe) -> list[str]:
    """Set what the recipe says, and leave the rest alone; gives the names of what could not be set.

    That is what another version knew, and items that this computer does not offer, such as a model.
    """
    refused = [name for name in recipe if name not in IN_A_RECIPE]
    for name in (name for name in IN_A_RECIPE if name in recipe):
        try:
            if _plain(getattr(settings, name)) != recipe[name]:
                setattr(settings, name, recipe[name])
        except (OverflowError, TypeError, ValueError):
            refused.append(name)
    return refused


def use_factory_values(settings: TRIPOSR_PG_settings) -> None:
    """Set all of them as the extension comes."""
    for name in IN_A_RECIPE:
        settings.property_unset(name)


def is_untouched(settings: TRIPOSR_PG_settings) -> bool:
    """Whether none of them was ever set: a scene that nobody has worked in."""
    return not any(settings.is_property_set(name) for name in IN_A_RECIPE)


def settings_from(
    recipe: Recipe, settings: TRIPOSR_PG_settings, picture: str, mask: bpy.types.Image | None = None
) -> TRIPOSR_PG_settings:
    """Settings for one order that are in no scene. What the recipe leaves out, or has broken, is as in `settings`.

    mask: the painted mask of `picture`, to be used; None for none.
    """
    known = recipe_of(settings)
    known |= {name: recipe[name] for name in known if name in recipe and _fits(settings, name, recipe[name])}
    own = SimpleNamespace(**known, image_path=picture, mask=mask, use_mask=mask is not None)
    return cast("TRIPOSR_PG_settings", own)


class RecipeTooNew(ValueError):
    """A newer version of the extension kept it, in a way that this one can't read."""

    def __init__(self) -> None:
        super().__init__("These settings were kept by a newer version of TripoSR. Update the extension to use them.")


def as_text(recipe: Recipe) -> str:
    """One line of JSON."""
    return json.dumps({"version": VERSION, **recipe}, ensure_ascii=False)


def from_text(text: str) -> dict[str, Value]:
    """The recipe in a text; one without a version is of the first. Raises ValueError for what is none, RecipeTooNew."""
    if len(text) > LONGEST_TEXT:
        raise ValueError("it is too long")
    try:
        read = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(read, dict):
        raise ValueError("a recipe is an object in JSON")
    version = read.pop("version", 1)
    if not isinstance(version, int):
        raise ValueError("its version is no number")
    if version > VERSION:
        raise RecipeTooNew
    return read


def _no_number(name: str) -> Value:
    raise ValueError(f"{name} is no number")


def _fits(settings: TRIPOSR_PG_settings, name: str, value: Any) -> bool:
    """Whether the setting could have that value: a .blend says what it likes."""
    limits: Any = settings.bl_rna.properties[name]
    if limits.type in {"INT", "FLOAT"} and not limits.is_array:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and bool(limits.hard_min <= value <= limits.hard_max)
    return isinstance(value, {"BOOLEAN": bool | int, "STRING": str, "ENUM": str}.get(limits.type, list))


def _plain(value: Any) -> Value:
    if isinstance(value, float):
        return decimal(value)
    return value if isinstance(value, str | int) else [decimal(number) for number in value]
