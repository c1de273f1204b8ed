# SPDX-License-Identifier: GPL-3.0-or-later
"""What a source says about one picture, before all of them are known and have their names."""

from __future__ import annotations

from dataclasses import dataclass

from triposr_addon.batch.failures import EntryFailure
from triposr_addon.protocol import PhotoSettings, SurfaceSettings


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture and what is wanted of it.

    picture: the file's absolute path. told: its path as the source has it. within: its path within the source, with
    slashes; what has no id is named after it. id: as the source gives it; empty: none. row: its number in the source,
    as a spreadsheet or an editor counts it; 0 for a file that was found. own: the settings of its own, as text.
    """

    picture: str
    told: str
    within: str
    photo: PhotoSettings
    surface: SurfaceSettings
    id: str = ""
    row: int = 0
    own: str = ""


@dataclass(frozen=True, slots=True)
class Denied:
    """An entry that can't become an item, and why. The rest as in Entry, as far as it is known."""

    failure: EntryFailure
    told: str = ""
    within: str = ""
    id: str = ""
    row: int = 0
    own: str = ""
