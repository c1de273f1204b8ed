# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a library go into its assets' file, and from there into the scene if they are to be linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..asset.library_file import library_file
from ..asset.stage import Progress, Stage
from ..words import told, ui
from .arriving import arrive, places_for
from .assets import ASSETS_NAME, asset_name, link_objects, refresh_links, register_library, write_assets
from .gathering import Gathered, Refusal, gather
from .item import manner_of
from .library import Library


@dataclass(frozen=True)
class ShelvedItems:
    """How many assets were written, into which file, and how many of them were linked."""

    count: int
    path: Path
    linked: int
    refusals: tuple[Refusal, ...]

    @property
    def words(self) -> str:
        """For the artist."""
        if self.linked:
            return told("{count:,} objects linked from {file}", count=self.linked, file=str(self.path))
        return told("{count:,} assets in the library {file}", count=self.count, file=str(self.path))


def shelve_items(
    context: bpy.types.Context, library: Library, numbers: Sequence[int], *, register: bool, link: bool
) -> Stage[ShelvedItems]:
    """Write them into assets.blend beside the catalogue; link: have them in the scene, too.

    The open file has nothing of them until then. Raises FileNotWritten, also where the open file is that one, and as
    `gather`.
    """
    path = library_file(str(library.folder / ASSETS_NAME))
    manner, gathered = manner_of(context), Gathered()
    try:
        yield from gather(library, numbers, manner, ui("Make assets"), asset_name, gathered)
        yield Progress(ui("Write files"), 1.0)
        write_assets(library, path, gathered)
        names = [asset_name(each.record) for each in gathered.taken]
        places = places_for(context, library, manner, gathered.taken) if link else []
    finally:
        gathered.throw_away()
    if register:
        register_library(library.folder, library.name)
    refresh_links(path)
    things = link_objects(path, names) if link else []
    if things:
        arrive(context, library, manner, things, places)
    return ShelvedItems(len(names), path, len(things), tuple(gathered.refusals))
