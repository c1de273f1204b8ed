# SPDX-License-Identifier: GPL-3.0-or-later
"""The Asset Browser as a stage: objects become assets with a picture and words, and go into a library."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import bpy

from ..failures import FileNotWritten
from ..provenance import PREFIX
from ..session import Session
from ..words import told, ui
from .catalogues import catalogue_number, clean, ensure_catalogue
from .export_parts import AssetParts
from .exporting import export_folder
from .mesh_exchange import triangles_in
from .previews import give_preview, preview_of
from .stage import Progress, Stage, within

TAGS = ("triposr", "ai-generated")
LONGEST_TAG = 60


@dataclass(frozen=True)
class Shelving:
    """catalogue: a path with slashes, or "". tags: with commas between them. author, license: the artist's words.

    library: a .blend, as Blender writes paths.
    """

    catalogue: str = "TripoSR"
    tags: str = "prop"
    author: str = ""
    license: str = ""
    library: str = "//library/triposr_assets.blend"


@dataclass(frozen=True)
class Shelved:
    """How many assets, and the library that was written, if one was."""

    assets: int
    library: Path | None = None

    @property
    def words(self) -> str:
        """For the artist."""
        if self.library is None:
            return told("{count} assets for the Asset Browser", count=self.assets)
        return told("{count} assets in the library {file}", count=self.assets, file=str(self.library))


def shelve(running: Session, assets: Sequence[AssetParts], wished: Shelving, *, write: bool) -> Stage[Shelved]:
    """Mark each asset's finest level, with a new preview. write: into the library's file, too.

    Raises ExportFolderMissing, FileNotWritten, and what `preview_of` raises; until all previews are there nothing is
    marked.
    """
    library = _library_file(wished) if write else None
    previews = []
    for number, parts in enumerate(assets):
        start = 0.9 * number / len(assets)
        previews.append((yield from within(preview_of(running, parts.first), start, start + 0.9 / len(assets))))
    yield Progress(ui("Write files"), 0.95)
    catalogue = _catalogue(library, wished.catalogue)
    for parts, pixels in zip(assets, previews, strict=True):
        mark(parts, wished, catalogue)
        give_preview(parts.first, pixels)
    if library is not None:
        write_library(library, [parts.first for parts in assets])
    return Shelved(len(assets), library)


def mark(parts: AssetParts, wished: Shelving, catalogue: str) -> None:
    """Make the finest level an asset; one that is an asset already is described anew, its other tags stay."""
    thing = parts.first
    thing.asset_mark()
    data = thing.asset_data
    assert data is not None, "it was just marked"
    if catalogue:
        data.catalog_id = catalogue
    data.author, data.license = wished.author, wished.license
    data.description = description_of(parts)
    photo = Path(str(thing.get(f"{PREFIX}image_name", ""))).stem
    for tag in (*TAGS, *wished.tags.split(","), photo):
        if tag.strip():
            data.tags.new(tag.strip()[:LONGEST_TAG], skip_if_exists=True)


def description_of(parts: AssetParts) -> str:
    """Figures and provenance, in English: the library may travel."""
    thing = parts.first
    triangles = triangles_in(cast("bpy.types.Mesh", thing.data))
    facts = [f"{triangles:,} triangles", " x ".join(f"{thing.dimensions[axis]:.2f}" for axis in range(3))]
    if len(parts.levels) > 1:
        facts.append(f"{len(parts.levels)} levels of detail where it was made")
    for name, word in (("image_name", "photo"), ("model", "model")):
        value = str(thing.get(f"{PREFIX}{name}", ""))
        if value:
            facts.append(f"{word}: {value}")
    return "; ".join(facts)


def write_library(path: Path, things: Sequence[bpy.types.Object]) -> None:
    """These objects and all they need into a .blend of their own, written aside. Raises FileNotWritten."""
    aside = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.blend")
    try:
        blocks: set[bpy.types.ID] = set(things)
        bpy.data.libraries.write(str(aside), blocks, path_remap="ABSOLUTE", fake_user=True, compress=True)
        aside.replace(path)
    except (OSError, RuntimeError) as error:
        raise FileNotWritten(path, error) from error
    finally:
        aside.unlink(missing_ok=True)


def _library_file(wished: Shelving) -> Path:
    """Raises ExportFolderMissing, FileNotWritten."""
    path = export_folder(wished.library)
    path = path if path.suffix == ".blend" else path.with_name(f"{path.name}.blend")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_no_work(path)
    except OSError as error:
        raise FileNotWritten(path, error) from error
    return path


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


def _catalogue(library: Path | None, path: str) -> str:
    """The UUID; "" for no catalogue. Raises FileNotWritten."""
    if not clean(path):
        return ""
    if library is None:
        return catalogue_number(path)
    try:
        return ensure_catalogue(library.parent, path)
    except (OSError, UnicodeDecodeError) as error:
        raise FileNotWritten(library.parent, error) from error
