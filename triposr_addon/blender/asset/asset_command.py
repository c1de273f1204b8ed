# SPDX-License-Identifier: GPL-3.0-or-later
"""Game assets of the command without a window: which recipe, and one asset after the other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import bpy

from ..file_names import file_stem
from ..session import Session
from .asset_collection import LONGEST_NAME, clipped, collection_of, take_away
from .asset_presets import SUBFOLDER
from .failures import RecipeUnknown
from .making import make_assets
from .making_operators import making_from
from .settings import asset_settings_of
from .stage import REST_SECONDS

FILES_MARK = ".json"
"""The ending of the file that comes with every asset, whatever the engine."""


DIGITS = 9
"""Letters that are put behind a name to tell pictures of one name apart."""


def asset_stem(picture: str) -> str:
    """What the files of a picture's asset are called, for the picture's own stem; the export leaves it as it is."""
    return clipped(file_stem(re.sub(r"_LOD\d$", "", picture)), LONGEST_NAME - DIGITS)


def presets() -> dict[str, Path]:
    """The files of all presets by their names, which have spaces."""
    files = [file for folder in bpy.utils.preset_paths(SUBFOLDER) for file in sorted(Path(folder).glob("*.py"))]
    return {bpy.path.display_name(file.stem): file for file in files}


def use_recipe_called(name: str, engine: str) -> None:
    """Set the scene as a preset, or a file of JSON, says; engine: instead of the recipe's, where it is not empty.

    Raises RecipeUnknown.
    """
    known, operators = {title.casefold(): file for title, file in presets().items()}, bpy.ops.triposr  # type: ignore[attr-defined]
    try:
        if name.casefold() in known:
            bpy.ops.script.execute_preset(filepath=str(known[name.casefold()]), menu_idname="TRIPOSR_PT_asset_presets")
        else:
            operators.use_asset_recipe(recipe=Path(name).read_text(encoding="utf-8"))
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise RecipeUnknown(name, sorted(presets()), str(error)) from error
    if engine:
        assert bpy.context.scene is not None
        asset_settings_of(bpy.context.scene).engine = engine


def make_asset(running: Session, thing: bpy.types.Object, files: Path | None, stopped: Callable[[], bool]) -> str:
    """Make an asset of an object as the scene says; what came of it, empty where it was stopped.

    files: its sidecar's path, which tells folder and name; None writes none. Raises what the stages raise.
    """
    context = bpy.context
    assert context.scene is not None
    settings = asset_settings_of(context.scene)
    settings.making.export = files is not None
    if files is not None:
        thing.name, settings.export.folder = files.stem, str(files.parent)
    stage = make_assets(running, context, [thing], making_from(settings))
    while not stopped():
        try:
            time.sleep(REST_SECONDS if next(stage).waits else 0.0)
        except StopIteration as over:
            return str(over.value.words)
    stage.close()
    return ""


def remove_asset(thing: bpy.types.Object) -> None:
    """What was made of an object, but for the object itself."""
    collection = collection_of(thing)
    if collection is not None:
        take_away(part for part in collection.objects if part != thing)
        bpy.data.collections.remove(collection)
