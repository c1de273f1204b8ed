# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object comes from, in its custom properties: enough to make it again, and to tell two of them apart."""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from collections.abc import Iterable
from pathlib import Path

import bpy

from ..host.jobs import GenerationResult
from .failures import PictureMissing
from .order import Order
from .paths import shown
from .recipe import IN_A_RECIPE, Value
from .stored_groups import stored_group, stored_text

MANIFEST = Path(__file__).parents[2] / "blender_manifest.toml"
PREFIX = "triposr_"
RECIPE = PREFIX + "recipe"
MASK = PREFIX + "mask"


def record(new: bpy.types.Object, order: Order, result: GenerationResult) -> None:
    """Write the provenance onto the object.

    Texts: triposr_image (path; empty for an image of the .blend), _image_name, _model, _model_sha256, _device,
    _version (extension).
    Groups: triposr_settings (what the artist chose, as the worker had it), triposr_recipe (the same by the names of the
    scene's settings, to be used again), triposr_seconds (by step; see protocol.STEPS). Image: triposr_mask, if painted.
    """
    request, lent = order.request, order.lent
    facts: dict[str, object] = {
        "image": shown(str(request.photo)) if lent is None else "",
        "image_name": shown(request.photo.name) if lent is None else lent.image,
        "model": result.model_name,
        "model_sha256": result.model_sha256,
        "device": result.device,
        "version": extension_version(),
        "settings": {
            **dataclasses.asdict(request.photo_settings),
            **dataclasses.asdict(request.surface_settings),
            "height": order.height,
            "size_by": order.placement.size_by,
            "origin_at": order.placement.origin_at,
            "decimate_ratio": order.decimate_ratio,
        },
        "seconds": {step: round(seconds, 3) for step, seconds in result.seconds.items()},
    }
    for name, fact in facts.items():
        new[PREFIX + name] = fact
    new[RECIPE] = dict(order.recipe)
    mask = bpy.data.images.get(order.mask) if order.mask else None
    if mask is not None:
        new[MASK] = mask


def recipe_or_none(thing: bpy.types.Object | None) -> dict[str, Value] | None:
    """The recipe of an object; None for one that TripoSR did not make.

    The first versions of the extension kept no recipe: theirs is read off what the worker was told.
    """
    if thing is None:
        return None
    told = stored_group(thing, PREFIX + "settings")
    of_old = {name: value for name, value in told.items() if name in IN_A_RECIPE and value != ""}
    return stored_group(thing, RECIPE) or of_old or None


def copy_recipe(source: bpy.types.Object, target: bpy.types.Object) -> None:
    """Let `target` be made again as `source` was. Its picture, its mask and the object itself stay as they are."""
    target[RECIPE] = recipe_or_none(source) or {}


def made_by_us(things: Iterable[bpy.types.Object]) -> list[bpy.types.Object]:
    """Those that have a recipe."""
    return [thing for thing in things if recipe_or_none(thing) is not None]


def picture_of(thing: bpy.types.Object) -> Path | bpy.types.Image:
    """What the object was made of: a file, which may be gone, or an image of the .blend. Raises PictureMissing."""
    path = stored_text(thing, PREFIX + "image")
    if path:
        return Path(path)
    name = stored_text(thing, PREFIX + "image_name")
    image = bpy.data.images.get(name)
    if image is None:
        raise PictureMissing(Path(name))
    return image


def mask_of_or_none(thing: bpy.types.Object) -> bpy.types.Image | None:
    """The mask that was painted for it, as it is now; None where there was none, or where it was thrown away."""
    mask = thing.get(MASK)
    return mask if isinstance(mask, bpy.types.Image) else None


@functools.cache
def extension_version() -> str:
    """As the manifest has it, say "0.1.0"."""
    return str(tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["version"])


def mask_was_painted(thing: bpy.types.Object) -> bool:
    """Whether a painted mask cut its picture out."""
    settings = thing.get(PREFIX + "settings")
    return bool(settings.get("mask_path")) if hasattr(settings, "get") else False
