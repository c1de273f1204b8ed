# SPDX-License-Identifier: GPL-3.0-or-later
"""The Asset Browser as a stage: objects become assets with a picture and words, and go into a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..failures import FileNotWritten
from ..provenance import PREFIX
from ..session import Session
from ..words import told, ui
from .catalogues import catalogue_number, clean, ensure_catalogue
from .export_parts import AssetParts
from .library_file import library_file, write_library
from .mesh_exchange import triangles_in
from .previews import give_preview, preview_of
from .stage import Progress, Stage, within

if TYPE_CHECKING:
    import bpy

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
    library = library_file(wished.library) if write else None
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
