# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture of a library, and what is wanted of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from triposr_addon.protocol import ErrorReport, PhotoSettings, SurfaceSettings


@dataclass(frozen=True, slots=True)
class Item:
    """A picture to make a mesh of. There may be a million of them, so they share their settings where they can.

    id: unique in its library, as the source gave it or made of the picture's path. picture: the file's absolute path.
    told: the path as the source has it; the catalogue shows this one. photo, surface: the command's settings with the
    source's own for this picture.
    """

    id: str
    picture: str
    told: str
    photo: PhotoSettings = field(default_factory=PhotoSettings)
    surface: SurfaceSettings = field(default_factory=SurfaceSettings)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry of the source that can't become an item: a row without a path, a second one of the same id, ...

    id: what it would have been called; made of its place in the source where that says nothing. told: its path, as far
    as there is one.
    """

    id: str
    told: str
    report: ErrorReport


@dataclass(frozen=True)
class Listing:
    """What a source holds, in its own order, which is the same each time that it is read.

    No two of its items and refusals have the same id. warnings: sentences about the source as a whole.
    """

    items: tuple[Item, ...]
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()
