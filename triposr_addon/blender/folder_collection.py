# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection of a folder: it has the folder's name, and is found again by the folder's path."""

from __future__ import annotations

from pathlib import Path

import bpy

from .file_names import display_name
from .grid import PITCH_SHARE
from .paths import shown
from .placement import Place
from .provenance import PREFIX
from .stored_groups import stored_text

FOLDER = PREFIX + "folder"


def collection_for(scene: bpy.types.Scene, folder: Path) -> bpy.types.Collection:
    """The scene's own for the folder, made where there is none (any more)."""
    found = collection_or_none(scene, folder)
    if found is None:
        found = bpy.data.collections.new(display_name(folder.name or str(folder)))
        found[FOLDER] = shown(str(folder))
        scene.collection.children.link(found)
    return found


def collection_or_none(scene: bpy.types.Scene, folder: Path) -> bpy.types.Collection | None:
    """The one that is there."""
    ours = (kept for kept in scene.collection.children_recursive if kept.get(FOLDER) == shown(str(folder)))
    return next((kept for kept in ours if kept.is_editable), None)


def pictures_here() -> set[Path]:
    """The pictures of which this .blend has an object."""
    return {Path(path) for path in (stored_text(thing, PREFIX + "image") for thing in bpy.data.objects) if path}


def start_behind(scene: bpy.types.Scene, folder: Path, place: Place, size: float) -> Place:
    """Where a grid begins: at `place`, or behind what the folder's collection has already, in line with it."""
    kept = collection_or_none(scene, folder)
    things = [thing for thing in kept.objects if thing.type == "MESH"] if kept is not None else []
    if not things:
        return place
    back = max(thing.location.y + thing.dimensions.y / 2.0 for thing in things)
    return (min(thing.location.x for thing in things), back + size * PITCH_SHARE * 0.75, place[2])
