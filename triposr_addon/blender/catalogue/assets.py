# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library as assets: one .blend beside the catalogue, which the Asset Browser shows and other files link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Any, cast

import bpy
import numpy as np

from ...catalogue_file import Record, file_of
from ...host.failures import HostFailure
from ..asset.catalogues import ensure_catalogue
from ..asset.library_file import write_library
from ..asset.previews import give_preview
from ..asset.shelving import LONGEST_TAG, TAGS
from ..failures import FileNotWritten
from ..file_names import display_name
from ..mesh_arrays import Floats
from ..paths import shown
from .failures import ItemFileUnreadable
from .gathering import Gathered
from .item import check_file
from .library import Library

ASSETS_NAME = "assets.blend"
LONGEST_NAME = 63
"""Bytes, in Blender 4."""
LARGEST_THUMBNAIL_BYTES = 4 << 20
LARGEST_THUMBNAIL_SIDE = 1024


def asset_name(record: Record) -> str:
    """One for each id: the id, or what fits of it with eight digits that are the id's own."""
    name = display_name(record.id)
    if name == record.id and len(name.encode()) <= LONGEST_NAME:
        return name
    digits = hashlib.sha256(record.id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name.encode()[: LONGEST_NAME - 9].decode('utf-8', 'ignore')}~{digits}"


def write_assets(library: Library, path: Path, gathered: Gathered) -> None:
    """Mark what was gathered and write it into the library's file, beside the other assets there.

    A thumbnail that can't be had is one more refusal. Raises FileNotWritten.
    """
    names = {asset_name(each.record): each.made.thing for each in gathered.taken}
    for each in gathered.taken:
        record = each.record
        _mark(each.made.thing, record, _catalogue(library, path, record))
        try:
            _give_preview(each.made.thing, library, record)
        except HostFailure as failure:
            gathered.refusals.append((record.id, failure))
    with _by_their_own_names(names):
        write_library(path, list(names.values()))


def description_of(record: Record) -> str:
    """Figures and provenance, in English: the library may travel."""
    facts = [shown(record.id), f"{record.triangles:,} triangles"]
    if record.overlap is not None:
        facts.append(f"covers {record.overlap:.0%} of the photo's subject")
    facts.append(f"photo: {shown(PurePosixPath(record.picture).name)}")
    return "; ".join([*facts, f"model: {shown(record.model)}"] if record.model else facts)


def tags_of(record: Record) -> list[str]:
    """Words to find it by: how it was made, the folders of its id, its score and size in round numbers."""
    name = shown(record.id)
    folders = PurePosixPath(name).parts[:-1]
    score = [] if record.overlap is None else [f"score {record.overlap * 10.0:.0f}0"]
    size = f"{max(round(record.triangles / 1000), 1)}k triangles"
    return [tag[:LONGEST_TAG] for tag in (*TAGS, *folders, name, *score, size)]


def _catalogue(library: Library, path: Path, record: Record) -> str:
    """The UUID of the id's folders, below the library's name. Raises FileNotWritten."""
    try:
        folders = PurePosixPath(shown(record.id)).parts[:-1]
        return ensure_catalogue(path.parent, "/".join([display_name(library.name), *folders]))
    except (OSError, UnicodeError) as error:
        raise FileNotWritten(path.parent, error) from error


def _mark(thing: bpy.types.Object, record: Record, catalogue: str) -> None:
    thing.asset_mark()
    data = thing.asset_data
    assert data is not None, "it was just marked"
    data.catalog_id = catalogue
    data.description = description_of(record)
    for tag in tags_of(record):
        data.tags.new(tag, skip_if_exists=True)


def _give_preview(thing: bpy.types.Object, library: Library, record: Record) -> None:
    """Raises ItemFileMissing, ItemFileChanged, ItemFileUnreadable."""
    if not record.thumbnail:
        return
    check_file(library, record, record.thumbnail, LARGEST_THUMBNAIL_BYTES)
    width, height, pixels = _pixels(file_of(library.folder, record, record.thumbnail))
    give_preview(thing, pixels, width, height)


def _pixels(path: Path) -> tuple[int, int, Floats]:
    try:
        image = bpy.data.images.load(str(path))
    except RuntimeError as error:
        raise ItemFileUnreadable(path, str(error)) from error
    try:
        width, height = image.size
        if not 0 < width * height <= LARGEST_THUMBNAIL_SIDE**2 or image.channels != 4:
            raise ItemFileUnreadable(path, f"{width} x {height} pixels, {image.channels} channels")
        values = np.empty(width * height * 4, np.float32)
        cast("Any", image.pixels).foreach_get(values)
        return width, height, values
    finally:
        bpy.data.images.remove(image)


@contextmanager
def _by_their_own_names(things: Mapping[str, bpy.types.Object]) -> Iterator[None]:
    """The artist's own objects of these names have others meanwhile: Blender gives a name to one at a time."""
    lent = []
    ours = set(things.values())
    others = {each.name: each for each in bpy.data.objects if each.library is None and each not in ours}
    try:
        for thing in ours:
            thing.name = token_hex(8)
        for name, thing in things.items():
            owner = others.get(name)
            if owner is not None:
                lent.append((owner, name))
                owner.name = token_hex(8)
            thing.name = name
        yield
    finally:
        for thing in ours if lent else ():
            thing.name = token_hex(8)
        for owner, name in lent:
            owner.name = name


def refresh_links(path: Path) -> None:
    """What the open file links from the assets' file is as that has it now."""
    for library in [each for each in bpy.data.libraries if _is_file(each, path)]:
        cast("Any", library).reload()


def link_objects(path: Path, names: Sequence[str]) -> list[bpy.types.Object]:
    """Objects of this file, in no scene yet, whose meshes are the library's: they can be moved, and follow it.

    Raises ItemFileUnreadable.
    """
    try:
        with cast("Any", bpy.data.libraries).load(str(path), link=True, relative=bool(bpy.data.filepath)) as (
            there,
            here,
        ):
            here.objects = [name for name in names if name in set(there.objects)]
    except (OSError, RuntimeError) as error:
        raise ItemFileUnreadable(path, str(error)) from error
    made = []
    for linked in here.objects:
        made.append(linked.copy())
        if linked.users == 0:
            bpy.data.objects.remove(linked)
    return made


def register_library(folder: Path, name: str) -> None:
    """Have the Asset Browser show the folder, unless it does already."""
    known = cast("Any", bpy.context.preferences.filepaths).asset_libraries
    if not any(Path(each.path) == folder for each in known):
        known.new(name=name, directory=str(folder))
        bpy.context.preferences.is_dirty = True


def _is_file(library: bpy.types.Library, path: Path) -> bool:
    there = Path(bpy.path.abspath(library.filepath))
    return there.exists() and there.samefile(path)
