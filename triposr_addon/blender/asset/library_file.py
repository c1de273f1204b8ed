# SPDX-License-Identifier: GPL-3.0-or-later
"""One library .blend: what it holds stays, and what is written comes to it or takes the place of its namesake."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import bpy

from ..failures import FileNotWritten
from .asset_words import mark_like
from .exporting import export_folder


def library_file(wished: str) -> Path:
    """The file that is meant, its folder made. wished: as Blender writes paths.

    Raises ExportFolderMissing, FileNotWritten where it is somebody's work and no library.
    """
    path = export_folder(wished)
    path = path if path.suffix == ".blend" else path.with_name(f"{path.name}.blend")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_no_work(path)
    except OSError as error:
        raise FileNotWritten(path, error) from error
    return path


def write_library(path: Path, things: Sequence[bpy.types.Object]) -> None:
    """These objects and all they need into the library, beside what it has under other names; written aside.

    Raises FileNotWritten.
    """
    aside = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.blend")
    try:
        with _former_assets(path, {thing.name for thing in things}) as former:
            blocks: set[bpy.types.ID] = {*things, *former}
            bpy.data.libraries.write(str(aside), blocks, path_remap="ABSOLUTE", fake_user=True, compress=True)
        aside.replace(path)
    except (OSError, RuntimeError) as error:
        raise FileNotWritten(path, error) from error
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _former_assets(path: Path, replaced: set[str]) -> Iterator[list[bpy.types.Object]]:
    """The library's other assets, in this file for as long as it takes, each by its own name."""
    if not path.exists():
        yield []
        return
    before = _everything()
    lent: list[tuple[bpy.types.Object, str]] = []
    try:
        former = _appended(path, replaced)
        lent += [(bpy.data.objects[name], name) for name, thing in former.items() if thing.name != name]
        for owner, _ in lent:  # the artist's own object of that name; Blender gives a name to one at a time
            owner.name = secrets.token_hex(8)
        for name, thing in former.items():
            thing.name = name
        yield list(former.values())
    finally:
        bpy.data.batch_remove(_everything() - before)
        for owner, name in lent:
            owner.name = name


def _appended(path: Path, replaced: set[str]) -> dict[str, bpy.types.Object]:
    """The library's other assets by their names there, as Blender has named them here. Raises OSError."""
    with cast("Any", bpy.data.libraries).load(str(path), link=False, assets_only=True) as (there, here):
        names = [name for name in there.objects if name not in replaced]
        here.objects = list(names)
    former = dict(zip(names, here.objects, strict=True))
    for name, thing in former.items():
        if thing is None:
            raise OSError(errno.EIO, f"its asset {name} can't be read")
        if thing.asset_data is None:  # Blender makes a copy of what is linked here already, and a copy is no asset
            mark_like(thing, _linked_from(path, name))
    return former


def _linked_from(path: Path, name: str) -> bpy.types.Object:
    """The object of that name that the open file links from the library. Raises OSError where none is an asset."""
    for thing in bpy.data.objects:
        if thing.name == name and thing.library is not None and thing.asset_data is not None:
            there = Path(bpy.path.abspath(thing.library.filepath))
            if there.exists() and there.samefile(path):
                return thing
    raise OSError(errno.EBUSY, f"{name}, which the open file links from it, is no asset here")


def _everything() -> set[bpy.types.ID]:
    """All that the open file has."""
    return set(cast("Any", bpy.data).user_map())


def _check_no_work(path: Path) -> None:
    """A library of ours has no scene; a .blend with one is somebody's work. Raises OSError, also for what is none."""
    if not path.exists():
        return
    if bpy.data.filepath and path.samefile(bpy.data.filepath):  # which Blender would not look into
        raise FileExistsError(errno.EEXIST, f"{path.name} is the open file")
    with cast("Any", bpy.data.libraries).load(str(path), link=True) as (there, _here):
        scenes = list(there.scenes)
    if scenes:
        raise FileExistsError(errno.EEXIST, f"{path.name} is there already, with scenes: it is no library of ours")
