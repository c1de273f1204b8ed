# SPDX-License-Identifier: GPL-3.0-or-later
"""The empty file that a command fills: its settings, its pictures, and where the objects stand in the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import bpy
from mathutils import Vector

from ..photo_files import photos_in
from . import models
from .command_line import Wish
from .failures import FolderWithoutPictures
from .properties import settings_of

GAP = 1.25
"""Between the middles of two objects in the grid, in sizes of the largest one."""


def pictures_of(wish: Wish) -> list[Path]:
    """The pictures to make meshes of, absolute, each once. Raises FolderWithoutPictures."""
    found: list[Path] = []
    for source in wish.sources:
        found += _pictures_in(source, wish.recursive) if source.is_dir() else [source]
    return list(dict.fromkeys(path.absolute() for path in found))


def _pictures_in(folder: Path, recursive: bool) -> list[Path]:
    try:
        pictures = photos_in(folder, recursive)
    except OSError as error:
        raise FolderWithoutPictures(folder, repr(error)) from error
    if not pictures:
        raise FolderWithoutPictures(folder, "no file in it is named like a picture")
    return pictures


def fill_scene(wish: Wish) -> None:
    """A new, empty file with the settings that were asked for, and a collection for the objects."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    settings, context = settings_of(bpy.context), bpy.context
    for name, value in wish.settings.items():
        setattr(settings, name, value)
    if wish.model in {choice[0] for choice in models.choices(settings, context)}:
        settings.model = wish.model
    elif wish.model:
        settings.model, settings.model_folder = models.FOLDER, str(Path(wish.model).absolute())
    if wish.mask is not None:
        settings.mask, settings.use_mask = bpy.data.images.load(str(wish.mask.absolute())), True
    collection = bpy.data.collections.new(wish.output.stem)
    context.scene.collection.children.link(collection)
    context.view_layer.active_layer_collection = context.view_layer.layer_collection.children[collection.name]


def lay_out(things: Sequence[bpy.types.Object]) -> None:
    """In a grid about as deep as it is wide, the first object where it is, the rest right of it and behind it.

    A cell is as wide as the widest object and as deep as the deepest, and a quarter.
    """
    if not things:
        return
    bpy.context.view_layer.update()
    columns, start = math.ceil(math.sqrt(len(things))), things[0].location.copy()
    wide, deep = (GAP * max(thing.dimensions[axis] for thing in things) for axis in (0, 1))
    for number, thing in enumerate(things):
        row, column = divmod(number, columns)
        thing.location = start + Vector((column * wide, row * deep, thing.location.z - start.z))


def remove(thing: bpy.types.Object) -> None:
    """The object, and everything that was only there for it."""
    bpy.data.objects.remove(thing)
    bpy.data.orphans_purge(do_recursive=True)  # type: ignore[call-arg]  # its manual knows the argument
