# SPDX-License-Identifier: GPL-3.0-or-later
"""The empty file that a command fills: its settings, its pictures, and where the objects stand in the end."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import bpy

from ..photo_files import photos_in
from . import models
from .asset.asset_command import use_recipe_called
from .command_line import Wish
from .failures import FolderWithoutPictures, ModelUnknown
from .grid import Grid, grid_for
from .landing import chosen_place
from .parts.records import THUMBNAILS_FOLDER
from .paths import shown
from .placement import units_per_metre
from .properties import TRIPOSR_PG_settings, settings_of
from .recipe import use_factory_values


def pictures_of(wish: Wish) -> dict[Path, str]:
    """The pictures to make meshes of, absolute, with an id that no other has. Raises FolderWithoutPictures.

    The id is the picture's path within its folder, without its ending: on another computer, where the folder has
    another path, it is the same.
    """
    found: dict[Path, str] = {}
    for source in wish.sources:
        pictures = _pictures_in(source, wish.recursive, wish.output) if source.is_dir() else [source]
        within = source if source.is_dir() else source.parent
        found |= {path.absolute(): path.relative_to(within).as_posix() for path in pictures}
    return ids_for(found)


def ids_for(within: Mapping[Path, str]) -> dict[Path, str]:
    """The paths within their folders without their endings; with them, and then with digits, where these agree.

    Ordinary names are called as the batch command calls them, and are in the same shard there.
    """
    wholes = {path: shown(same_spelling(name)) for path, name in within.items()}
    names = {path: PurePosixPath(name).with_suffix("").as_posix() for path, name in wholes.items()}
    for longer in (wholes, {path: f"{name} {digits_of(str(path))}" for path, name in wholes.items()}):
        counts = Counter(names.values())
        names = {path: name if counts[name] == 1 else longer[path] for path, name in names.items()}
    return names


def same_spelling(text: str) -> str:
    """As most systems write it: with é as one character, where a Mac's file names have two."""
    return unicodedata.normalize("NFC", text)


def digits_of(text: str) -> str:
    """A few digits that tell texts apart."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]


def _pictures_in(folder: Path, recursive: bool, output: Path) -> list[Path]:
    """Without the drawings of meshes that shards have left in an output within the folder."""
    try:
        found, whole, ours = photos_in(folder, recursive), folder.resolve(), output.resolve() / THUMBNAILS_FOLDER
    except OSError as error:
        raise FolderWithoutPictures(folder, repr(error)) from error
    pictures = [path for path in found if not (whole / path.relative_to(folder)).is_relative_to(ours)]
    if not pictures:
        raise FolderWithoutPictures(folder, "no file in it is named like a picture")
    return pictures


def fill_scene(wish: Wish) -> None:
    """A new, empty file with the settings that were asked for, and a collection for the objects.

    Raises ModelUnknown, RecipeUnknown.
    """
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    settings, context = settings_of(bpy.context), bpy.context
    use_factory_values(settings)  # not this artist's defaults: the same words give the same meshes everywhere
    for name, value in wish.settings.items():
        setattr(settings, name, value)
    if wish.model:
        _choose_model(settings, wish.model)
    if wish.asset:
        use_recipe_called(wish.asset, wish.engine)
    if wish.mask is not None:
        settings.mask, settings.use_mask = bpy.data.images.load(str(wish.mask.absolute())), True
    collection = bpy.data.collections.new(shown((wish.into or wish.output).stem))
    context.scene.collection.children.link(collection)
    context.view_layer.active_layer_collection = context.view_layer.layer_collection.children[collection.name]


def _choose_model(settings: TRIPOSR_PG_settings, model: str) -> None:
    """By its name in the panel, else as a folder."""
    names = [choice[0] for choice in models.choices(settings, bpy.context) if choice[0] != models.FOLDER]
    if model in names:
        settings.model = model
    elif Path(model).is_dir():
        settings.model, settings.model_folder = models.FOLDER, str(Path(model).absolute())
    else:
        raise ModelUnknown(model, names)


def grid_of(count: int) -> Grid | None:
    """Places for so many objects of the size that was asked for; None for a single one."""
    scene = bpy.context.scene
    assert scene is not None, "wherever there are settings there is a scene"
    size = settings_of(bpy.context).height * units_per_metre(scene)
    return grid_for(count, chosen_place(bpy.context), size) if count > 1 else None


def remove(thing: bpy.types.Object) -> None:
    """The object, and everything that was only there for it."""
    bpy.data.objects.remove(thing)
    bpy.data.orphans_purge(do_recursive=True)  # type: ignore[call-arg]  # its manual knows the argument
